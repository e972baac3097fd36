/** The end of a laboratory booking before its specimen was collected. */
import type { Schemas } from "../../api/client";
import { t } from "../i18n/i18n";
import { dateOnly, dayOf } from "../time/time";

type Booking = Pick<Schemas["LabBooking"], "status" | "cancelled_by" | "cancelled_by_person" | "cancelled_at">;

type Measured = Pick<Schemas["LabBooking"], "status" | "tests" | "specimens">;

/** Whether it can be withdrawn: something is not collected, and no specimen waits for a result that the reader has not. */
export function isUncollected({ status, tests, specimens }: Measured): boolean {
  const waits = tests.flatMap(({ code, result_id }) => (result_id === null ? code : []));
  const isMeasured = ({ status, test_codes }: Measured["specimens"][number]): boolean =>
    (status === "collected" || status === "received") && test_codes.some((code) => waits.includes(code));
  return (status === "booked" || status === "rejected") && !specimens.some(isMeasured);
}

/** "Withdrawn by Dr Lena Okafor, 8 January 2030."; empty unless it is cancelled. */
export function withdrawn(
  { status, cancelled_by: by, cancelled_by_person: person, cancelled_at }: Booking,
  me: number,
) {
  if (status !== "cancelled") return "";
  const day = cancelled_at ? dateOnly(dayOf(cancelled_at)) : "";
  if (by === null) return t("withdrawn.uncollected", { day });
  const name = person?.full_name ?? "";
  const who = person?.id === me ? "you" : by === "lab" || by === "patient" ? by : "doctor";
  return `${[t(`withdrawn.${who}`, { name }), day].filter(Boolean).join(", ")}.`;
}
