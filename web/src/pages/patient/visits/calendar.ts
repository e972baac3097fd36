/** The calendar file of a visit; loaded when it is asked for. */
import { api, type Failure, outcome } from "../../../api/client";
import type { Visit } from "./visit";

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
