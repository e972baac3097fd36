/** The patient's name and date of birth, in view while values are typed and verified. */
import { t } from "../../../lib/i18n/i18n";
import { dateOnly } from "../../../lib/time/time";
import type { Booking } from "../record";

export function PatientBar({ booking: { patient, reference } }: { booking: Booking }) {
  const { full_name, date_of_birth: born, sex } = patient;
  return (
    <p class="patient-bar">
      <b>{full_name}</b>{" "}
      <span>{born ? t("worklist.born", { date: dateOnly(born) }) : t("worklist_booking.born_unknown")}</span>{" "}
      <span>{t(`sex.${sex}`)}</span> <span class="reference">{reference}</span>
    </p>
  );
}
