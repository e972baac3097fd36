/** The times that an entry of the waitlist waits for, in words. */
import type { Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import { dateOnly, longWhen } from "../../lib/time/time";

type Entry = Schemas["WaitlistEntry"];

/** The doctor, or the specialty. */
export function waitsFor({ doctor, specialty, specialty_names: names }: Entry): string {
  return doctor?.full_name ?? t("waitlist.any_doctor", { specialty: names ? inLanguage(names) : (specialty ?? "") });
}

export function Waits({ of }: { of: Entry }) {
  const { first_day, last_day, weekdays, from_time, to_time, instead_of, visit_type } = of;
  const isAnyTime = from_time === "00:00" && to_time === "24:00";
  return (
    <p class="row muted">
      {visit_type && <span>{inLanguage(visit_type.names)}</span>}
      <span>{t("waitlist.days", { first: dateOnly(first_day), last: dateOnly(last_day) })}</span>
      {weekdays.length < 7 && <span>{weekdays.map((day) => t(`weekday.${day}`)).join(", ")}</span>}
      {!isAnyTime && <span>{t("waitlist.times", { from: from_time, to: to_time })}</span>}
      {instead_of && <span>{t("waitlist.instead_of", { when: longWhen(instead_of.starts_at) })}</span>}
    </p>
  );
}
