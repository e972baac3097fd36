/** Visits to the signed-in doctor: loading days of them, and what becomes of one. */
import { api, type NoAnswer, type Outcome, outcome, type Problem, type Schemas, unchanged } from "../../../api/client";
import type { Day } from "../../../lib/time";

export type Visit = Schemas["Visit"];
export type VisitStatus = Schemas["AppointmentStatus"];

/** What a doctor may do, the likeliest first, as the appointments service has it. */
const STEPS: Readonly<Record<VisitStatus, readonly VisitStatus[]>> = {
  booked: ["arrived", "in_progress", "no_show", "confirmed", "cancelled"],
  confirmed: ["arrived", "in_progress", "no_show", "cancelled"],
  arrived: ["in_progress", "confirmed", "no_show", "cancelled"],
  in_progress: ["completed", "arrived"],
  completed: [],
  cancelled: [],
  no_show: ["arrived"],
};

export function steps(status: VisitStatus): readonly VisitStatus[] {
  return STEPS[status];
}

/** Nothing leads out of it. */
export function isFinal(status: VisitStatus): boolean {
  return STEPS[status].length === 0;
}

/** The steps that take a change back, or null. What was booked is confirmed then: nothing leads to booked. */
export function wayBack(now: VisitStatus, before: VisitStatus): VisitStatus[] | null {
  const goal = before === "booked" ? "confirmed" : before;
  if (now === goal) return null;
  if (STEPS[now].includes(goal)) return [goal];
  const via = STEPS[now].find((middle) => STEPS[middle].includes(goal));
  return via ? [via, goal] : null;
}

/** All visits of the days, in order of time. */
export async function loadVisits(from: Day, to: Day): Promise<Outcome<Visit[]>> {
  const visits: Visit[] = [];
  let cursor: string | null = null;
  do {
    const query: { from: Day; to: Day; limit: number; cursor?: string } = {
      from,
      to,
      limit: 100,
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

/** Takes a visit some steps further. `visit` is what it is now, also where a step was refused because it was changed. */
export async function take(
  visit: Visit,
  way: readonly VisitStatus[],
): Promise<{ visit: Visit; refused: Problem | NoAnswer | null }> {
  let now = visit;
  for (const status of way) {
    const params = { path: { appointment_id: now.id }, header: unchanged(now) };
    const taken = await outcome(api.PUT("/api/doctor/appointments/{appointment_id}", { params, body: { status } }));
    if (!taken.ok) {
      const { code } = taken.problem;
      const newest = code === "stale" || code === "illegal_transition" ? await loadVisit(now.id) : null;
      return { visit: newest?.ok ? newest.data : now, refused: taken.problem };
    }
    now = taken.data;
  }
  return { visit: now, refused: null };
}
