/** The transitions of a referral. */
import { api, type NoAnswer, outcome, type Problem, type Schemas, unchanged } from "../../../api/client";
import { receiverName } from "../../../lib/i18n/in-languages";

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

/** The lists of a direction: the ones that wait for a step, the others, and the ones after their day. */
export const SHOWN = ["open", "done", "overdue"] as const;
export type Show = (typeof SHOWN)[number];

export function list(direction: Direction, show: Show, cursor: string | undefined) {
  const wanted = show === "overdue" ? { overdue: true } : { open: show === "open" };
  const query = { direction, limit: 20, ...wanted, ...(cursor && { cursor }) };
  return outcome(api.GET("/api/doctor/referrals", { params: { query } }));
}

export function loadReferral(referral_id: number) {
  return outcome(api.GET("/api/doctor/referrals/{referral_id}", { params: { path: { referral_id } } }));
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
