/** The status of a laboratory booking for the patient: four steps and a sentence. */
import type { Schemas } from "../../../api/client";
import { type Key, t } from "../../../lib/i18n/i18n";
import { dateOnly, dayOf, longWhen } from "../../../lib/time/time";

export type LabVisit = Schemas["LabBooking"];

export const STEPS = ["booked", "collected", "in_lab", "ready"] as const;

/** The number of completed steps. Verified results count after the doctor has released them. */
export function stepsDone(visit: LabVisit): number {
  switch (visit.status) {
    case "cancelled":
      return 0;
    case "booked":
    case "rejected":
      return 1;
    case "collected":
      return 2;
    default:
      return isReady(visit) ? 4 : 3;
  }
}

/** Whether every result is released. */
export function isReady({ tests }: LabVisit): boolean {
  return tests.every(({ result_id }) => result_id !== null);
}

/** Whether the visit is upcoming and can be cancelled. */
export function isOpen({ status }: LabVisit): boolean {
  return status === "booked" || status === "rejected";
}

/** "Come to the laboratory on Monday 7 January 2030, 09:00." */
export function labSentence(visit: LabVisit): string {
  if (visit.status === "booked" && !visit.starts_at) return t("lab_visit.say.any_time");
  if (visit.status === "booked") return t("lab_visit.say.booked", { when: longWhen(visit.starts_at ?? "") });
  if (visit.status === "cancelled" || visit.status === "rejected") return t(`lab_visit.say.${visit.status}` as Key);
  if (isReady(visit)) return t("lab_visit.say.ready");
  if (visit.status === "verified") return t("lab_visit.say.with_doctor");
  return t("lab_visit.say.taken", { day: dateOnly(dayOf(visit.collected_at ?? visit.created_at)) });
}

/** The tone and text of the chip; internal steps of the laboratory are not shown. */
export function chipOf(visit: LabVisit): { tone: "booked" | "arrived" | "confirmed" | "cancelled"; say: Key } {
  if (visit.status === "cancelled") return { tone: "cancelled", say: "lab.cancelled" };
  if (visit.status === "rejected") return { tone: "cancelled", say: "lab_visit.again" };
  const step = STEPS[stepsDone(visit) - 1] ?? "booked";
  const tone = step === "booked" ? "booked" : step === "ready" ? "confirmed" : "arrived";
  return { tone, say: `lab_visit.${step}` as Key };
}
