/** The times that a patient waits for, as a form has them and as the API takes them. */
import type { Schemas } from "../../api/client";
import type { Mistake } from "../forms/form";
import { t } from "../i18n/i18n";
import { addDays, type Day, isDay, today } from "../time/time";

export type Weekday = Schemas["Weekday"];
export const WEEKDAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WAIT_DAYS = 60;

/** `from` and `to` are empty where any time of the day fits. */
export interface Wishes {
  first: string;
  last: string;
  weekdays: readonly Weekday[];
  from: string;
  to: string;
}

export const FIELDS = ["first_day", "last_day", "weekdays", "from_time", "to_time", "visit_type_id"];

export function anyTime(): Wishes {
  return { first: today(), last: addDays(today(), WAIT_DAYS), weekdays: WEEKDAYS, from: "", to: "" };
}

export function checkWishes({ first, last, weekdays, from, to }: Wishes): Mistake[] {
  const found: Mistake[] = [];
  if (!isDay(first)) found.push({ field: "first_day", message: t("waitlist.missing.day") });
  if (!isDay(last)) found.push({ field: "last_day", message: t("waitlist.missing.day") });
  else if (isDay(first) && last < first) found.push({ field: "last_day", message: t("waitlist.wrong.days") });
  if (weekdays.length === 0) found.push({ field: "weekdays", message: t("waitlist.missing.weekdays") });
  if (from && to && to <= from) found.push({ field: "to_time", message: t("waitlist.wrong.times") });
  return found;
}

export function wishesBody({ first, last, weekdays, from, to }: Wishes) {
  return {
    first_day: first as Day,
    last_day: last as Day,
    weekdays: [...weekdays],
    from_time: from || "00:00",
    to_time: to || "24:00",
  };
}
