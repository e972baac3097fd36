/** The transitions of a referral. */

import { api, type NoAnswer, type Outcome, outcome, type Problem, type Schemas, unchanged } from "../../../api/client";
import { receiverName } from "../../../lib/i18n/in-languages";
import { NOT_FOUND } from "../prescribe/find-prescription";

export type Referral = Schemas["Referral"];
export type Status = Schemas["ReferralStatus"];
export type Direction = "received" | "sent";
type Steps = Readonly<Partial<Record<Status, readonly Status[]>>>;

/** The transitions of services/doctors, the likeliest first. */
const RECEIVER: Steps = { sent: ["accepted", "declined"], accepted: ["booked", "seen", "declined"], booked: ["seen"] };
const SENDER: Steps = {
  sent: ["cancelled"],
  accepted: ["cancelled"],
  booked: ["cancelled"],
  seen: ["closed"],
  declined: ["closed"],
};
/** Outside practices have no account, so the sender records their answer. */
const SENDER_OUTSIDE: Steps = {
  sent: ["booked", "seen", "closed", "cancelled"],
  booked: ["seen", "closed", "cancelled"],
  seen: ["closed"],
};

export function steps(of: Referral, me: number, direction?: Direction): readonly Status[] {
  const sender = of.to_external === null ? SENDER : SENDER_OUTSIDE;
  return (isSender(of, me, direction) ? sender : RECEIVER)[of.status] ?? [];
}

/** Whether the doctor has the sender's part: their own, or that of a doctor whose work they took over. */
function isSender({ from_doctor, to_doctor, taken_over_by, to_external }: Referral, me: number, direction?: Direction) {
  if (direction) return direction === "sent";
  if (from_doctor.id === me || to_external !== null) return true;
  return to_doctor !== null && to_doctor.id !== me && taken_over_by?.id !== me;
}

/** Whether a step needs a confirmation with a note; the others are immediate. */
export function needsDialog(step: Status): step is "accepted" | "declined" | "cancelled" {
  return step === "accepted" || step === "declined" || step === "cancelled";
}

export function target(of: Referral): string {
  return of.to_doctor?.full_name ?? receiverName(of) ?? of.to_external ?? "";
}

export function list(direction: Direction, status: Status | null, cursor: string | undefined, limit = 20) {
  const query = { direction, limit, ...(status && { status }), ...(cursor && { cursor }) };
  return outcome(api.GET("/api/doctor/referrals", { params: { query } }));
}

/** One referral, searched among received, then sent ones: the API has no endpoint for it. */
export async function loadReferral(id: number): Promise<Outcome<Referral, Problem>> {
  for (const direction of ["received", "sent"] as const) {
    let cursor: string | undefined;
    do {
      const page: Outcome<Schemas["Referrals"], Problem> = await list(direction, null, cursor, 100);
      if (!page.ok) return page;
      const found = page.data.items.find((one) => one.id === id);
      if (found) return { ok: true, data: found };
      // the list is newest first: an older page cannot hold it
      const passed = page.data.items.some((one) => one.id < id);
      cursor = passed ? undefined : (page.data.next_cursor ?? undefined);
    } while (cursor !== undefined);
  }
  return NOT_FOUND;
}

/** Apply a step to a referral. `now` is the current referral, also after a conflict. */
export async function take(
  referral: Referral,
  status: Status,
  note: string | null,
): Promise<{ now: Referral | null; refused: Problem | NoAnswer | null; retryAfter: number | null }> {
  const params = { path: { referral_id: referral.id }, header: unchanged(referral) };
  const done = await outcome(api.PUT("/api/doctor/referrals/{referral_id}", { params, body: { status, note } }));
  if (done.ok) return { now: done.data, refused: null, retryAfter: null };
  const { problem, retryAfter } = done;
  const changed = problem.code === "stale" || problem.code === "illegal_transition";
  const newest = changed ? await loadReferral(referral.id) : null;
  return { now: newest?.ok ? newest.data : null, refused: problem, retryAfter };
}
