/** The ages of the patients that a doctor sees. */
import type { Schemas } from "../../api/client";
import { ageOn, type Day } from "../time/time";
import { t } from "./i18n";

type Ages = Schemas["AgeLimits"];

/** "Patients from 12 to 17 years". */
export function agesText({ min_age: from, max_age: to }: Ages): string {
  if (to === null) return t("ages.from", { from: from ?? 0 });
  return from ? t("ages.both", { from, to }) : t("ages.to", { to });
}

/** Whether a patient is of another age on the day of a visit; false where the date of birth is unknown. */
export function isOtherAge(ages: Ages | null, born: Day | null, day: Day): boolean {
  if (!ages || !born) return false;
  const age = ageOn(born, day);
  return (ages.min_age !== null && age < ages.min_age) || (ages.max_age !== null && age > ages.max_age);
}
