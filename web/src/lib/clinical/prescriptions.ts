/** The course of a prescription, computed from its date and the days of each medicine. */
import type { Schemas } from "../../api/client";
import { addDays, type Day, dayOf, today } from "../time/time";

type Prescription = Pick<Schemas["Prescription"], "created_at" | "status"> & { items: readonly Item[] };
type Item = Pick<Schemas["PrescriptionItem"], "duration_days">;

/** The last day of one medicine. */
export function lastDayOf(item: Item, { created_at }: Pick<Prescription, "created_at">): Day {
  return addDays(dayOf(created_at), item.duration_days);
}

/** The last day of the longest medicine. */
export function lastDay(prescription: Prescription): Day {
  const longest = Math.max(...prescription.items.map((item) => item.duration_days));
  return lastDayOf({ duration_days: longest }, prescription);
}

/** `ended`: not stopped, but its last day is over. */
export function courseOf(prescription: Prescription): "active" | "stopped" | "ended" {
  if (prescription.status === "stopped") return "stopped";
  return lastDay(prescription) < today() ? "ended" : "active";
}
