/** The patient's actions on a visit, and its calendar file. */

import { api, type Config, type Failure, outcome, type Schemas } from "../../../api/client";
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
  const over = status === "cancelled" || status === "completed" || status === "no_show";
  return !over && Date.parse(ends_at) > now();
}

export function loadVisit(id: number) {
  return outcome(api.GET("/api/appointments/{appointment_id}", { params: { path: { appointment_id: id } } }));
}

/** Save the visit as an iCalendar file; a plain link lacks the access token. */
export async function saveCalendar({ id, reference }: Visit): Promise<Failure | null> {
  const path = { appointment_id: id };
  const file = await outcome(
    api.GET("/api/appointments/{appointment_id}/calendar.ics", { params: { path }, parseAs: "text" }),
  );
  if (!file.ok) return file;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file.data as string], { type: "text/calendar" }));
  link.download = `visit-${reference}.ics`;
  link.click();
  // some browsers read the blob after the click event
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return null;
}
