/** Visits as reception sees them: what may become of them. */
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import type { Day } from "../../../lib/time";

export type Arrangement = Schemas["Arrangement"];
export type Status = Schemas["AppointmentStatus"];
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

/** What one click may do; cancelling asks first, and the visit itself is the doctor's. */
const NEXT: Readonly<Record<Status, readonly Step[]>> = {
  booked: ["arrived", "confirmed", "no_show"],
  confirmed: ["arrived", "no_show"],
  arrived: ["confirmed", "no_show"],
  in_progress: [],
  completed: [],
  cancelled: [],
  no_show: ["arrived"],
};

/** The next steps of a visit; before its day nobody arrives or is missed. */
export function steps({ status }: Pick<Arrangement, "status">, mayHaveBegun: boolean): readonly Step[] {
  return NEXT[status].filter((step) => mayHaveBegun || step === "confirmed");
}

/** Whether reception may still move or cancel a visit. */
export function isOpen({ status }: Pick<Arrangement, "status">): boolean {
  return status === "booked" || status === "confirmed" || status === "arrived";
}

export function rearrange(visit: Arrangement, body: Schemas["Rearrange"]) {
  const params = { path: { appointment_id: visit.id }, header: unchanged(visit) };
  return outcome(api.PUT("/api/admin/appointments/{appointment_id}", { params, body }));
}

/** The page on which a visit is moved: its patient and day find it again. */
export function moveHref({ id, patient, day }: { id: number; patient: number; day: string }): string {
  return `/admin/appointments?move=${id}&patient_id=${patient}&day=${day}`;
}
