/** Reception's visits and their transitions. */
import { api, outcome, type Schemas, unchanged } from "../../api/client";
import { possibleFrom } from "../clinical/earliest";
import type { Day } from "../time/time";

export type Arrangement = Schemas["Arrangement"];
export type Status = Schemas["AppointmentStatus"];
/** A visit, as far as reception's actions need it. */
export type DeskVisit = Pick<Arrangement, "id" | "starts_at" | "status" | "version"> & {
  patient: Schemas["Person"];
  doctor: Schemas["Person"];
};
type Step = Exclude<Schemas["ArrangedStatus"], "cancelled">;

export const STATUSES = ["booked", "confirmed", "arrived", "in_progress", "completed", "no_show", "cancelled"] as const;

/** The filters of the list of visits, as the address holds them. */
export interface VisitQuery {
  doctor_id: number | null;
  patient_id: number | null;
  day: Day | null;
  from: Day | null;
  to: Day | null;
  status: Status | null;
}

/** Transitions without a confirmation; cancelling asks first, and only the doctor completes. */
const NEXT: Readonly<Record<Status, readonly Step[]>> = {
  booked: ["arrived", "confirmed", "no_show"],
  confirmed: ["arrived", "no_show"],
  arrived: ["in_progress", "confirmed", "no_show"],
  in_progress: ["arrived"],
  completed: [],
  cancelled: [],
  no_show: ["arrived"],
  offered: [],
  lapsed: [],
};

/** The next steps of a visit, each with the time from which it is possible, or null. */
export function steps({ status, starts_at }: DeskVisit): { step: Step; from: string | null }[] {
  return NEXT[status].map((step) => ({ step, from: possibleFrom(starts_at, step) }));
}

/** Whether reception may still move or cancel a visit. */
export function isOpen({ status }: Pick<Arrangement, "status">): boolean {
  return status === "booked" || status === "confirmed" || status === "arrived";
}

export function rearrange(visit: DeskVisit, body: Schemas["Rearrange"]) {
  const params = { path: { appointment_id: visit.id }, header: unchanged(visit) };
  return outcome(api.PUT("/api/admin/appointments/{appointment_id}", { params, body }));
}

/** The page that moves a visit; patient and day locate it. */
export function moveHref({ id, patient, day }: { id: number; patient: number; day: string }): string {
  return `/desk/appointments?move=${id}&patient_id=${patient}&day=${day}`;
}
