/** The patient's actions on a visit. */

import { api, type Config, outcome, type Schemas } from "../../../api/client";
import { now } from "../../../lib/time/time";

export type Visit = Schemas["Appointment"];

/** Whether the visit can be moved and cancelled here, by phone only, or not at all. */
export function changing({ status, starts_at }: Visit, { booking }: Config): "here" | "phone" | "no" {
  const left = Date.parse(starts_at) - now();
  if ((status !== "booked" && status !== "confirmed") || left <= 0) return "no";
  return left > booking.change_notice_minutes * 60_000 ? "here" : "phone";
}

/** Whether the visit is upcoming. */
export function isAhead({ status, ends_at }: Visit): boolean {
  const over: readonly Visit["status"][] = ["cancelled", "completed", "no_show", "offered", "lapsed"];
  return !over.includes(status) && Date.parse(ends_at) > now();
}

export function loadVisit(id: number) {
  return outcome(api.GET("/api/appointments/{appointment_id}", { params: { path: { appointment_id: id } } }));
}
