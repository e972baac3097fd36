/** The signed-in doctor's visits: loading and transitions. */
import { api, type NoAnswer, type Outcome, outcome, type Problem, type Schemas, unchanged } from "../../../api/client";
import { possibleFrom } from "../../../lib/clinical/earliest";
import { type Day, dayOf, today } from "../../../lib/time/time";

export type Visit = Schemas["Visit"];
export type VisitStatus = Schemas["AppointmentStatus"];

/** The doctor's transitions of services/appointments, the likeliest first. */
const STEPS: Readonly<Record<VisitStatus, readonly VisitStatus[]>> = {
  booked: ["arrived", "in_progress", "no_show", "confirmed", "cancelled"],
  confirmed: ["arrived", "in_progress", "no_show", "cancelled"],
  arrived: ["in_progress", "confirmed", "no_show", "cancelled"],
  in_progress: ["completed", "arrived"],
  completed: ["in_progress"],
  cancelled: [],
  no_show: ["arrived"],
  offered: [],
  lapsed: [],
};

/** The next steps; a visit is reopened only on the day on which it was completed. */
export function steps({ status, completed_at: at }: Visit): readonly VisitStatus[] {
  return status === "completed" && !(at && dayOf(at) === today()) ? [] : STEPS[status];
}

/** The steps that are possible now, and the ones that are not with the time from which they are. */
export function timedSteps(visit: Visit): { now: VisitStatus[]; later: { to: VisitStatus; from: string }[] } {
  const timed = steps(visit).map((to) => ({ to, from: possibleFrom(visit.starts_at, to) }));
  return {
    now: timed.filter(({ from }) => from === null).map(({ to }) => to),
    later: timed.flatMap(({ to, from }) => (from === null ? [] : [{ to, from }])),
  };
}

/** The final statuses. */
export function isFinal(status: VisitStatus): boolean {
  return STEPS[status].length === 0;
}

/** The steps that undo a change, or null. No step leads to booked: confirmed stands for it. */
export function undoSteps(now: VisitStatus, before: VisitStatus): VisitStatus[] | null {
  const goal = before === "booked" ? "confirmed" : before;
  if (now === goal) return null;
  if (STEPS[now].includes(goal)) return [goal];
  const via = STEPS[now].find((middle) => STEPS[middle].includes(goal));
  return via ? [via, goal] : null;
}

/** All visits of the days, in order of time; `of` names another doctor, and only visits with unsigned notes. */
export async function loadVisits(from: Day, to: Day, of?: number): Promise<Outcome<Visit[]>> {
  const visits: Visit[] = [];
  let cursor: string | null = null;
  do {
    const query: { from: Day; to: Day; limit: number; cursor?: string; doctor_id?: number; unsigned?: boolean } = {
      from,
      to,
      limit: 100,
      ...(of && { doctor_id: of, unsigned: true }),
      ...(cursor && { cursor }),
    };
    const page: Outcome<Schemas["Visits"], Problem> = await outcome(
      api.GET("/api/doctor/appointments", { params: { query } }),
    );
    if (!page.ok) return page;
    visits.push(...page.data.items);
    cursor = page.data.next_cursor;
  } while (cursor !== null);
  return { ok: true, data: visits };
}

export function loadVisit(id: number) {
  return outcome(api.GET("/api/doctor/appointments/{appointment_id}", { params: { path: { appointment_id: id } } }));
}

/** Apply steps to a visit; `reason` is of a cancellation. `visit` is its current state, also after a conflict. */
export async function take(
  visit: Visit,
  way: readonly VisitStatus[],
  reason: string | null = null,
): Promise<{ visit: Visit; refused: Problem | NoAnswer | null }> {
  let now = visit;
  for (const status of way) {
    const params = { path: { appointment_id: now.id }, header: unchanged(now) };
    const taken =
      now.status === "completed"
        ? await outcome(api.PUT("/api/doctor/appointments/{appointment_id}/reopen", { params }))
        : await outcome(
            api.PUT("/api/doctor/appointments/{appointment_id}", {
              params,
              body: { status, ...(reason && { reason }) },
            }),
          );
    if (!taken.ok) {
      const { code } = taken.problem;
      const newest = code === "stale" || code === "illegal_transition" ? await loadVisit(now.id) : null;
      return { visit: newest?.ok ? newest.data : now, refused: taken.problem };
    }
    now = taken.data;
  }
  return { visit: now, refused: null };
}
