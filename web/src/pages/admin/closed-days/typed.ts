/** The closed days as the form holds them. */
import type { Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { type Day, isDay, today } from "../../../lib/time/time";

export type Plan = Schemas["ClosedDayPlan"];

export interface Typed {
  country: string;
  subdivision: string;
  /** Holidays on which the hospital works. */
  opened: Day[];
  /** Ids keep the focus when one is removed. */
  own: { id: number; day: string; name: string }[];
}

export function typedOf({ country, subdivision, days }: Plan): Typed {
  return {
    country: country ?? "",
    subdivision: subdivision ?? "",
    opened: days.filter(({ is_open }) => is_open).map(({ day }) => day),
    own: days.filter(({ is_holiday }) => !is_holiday).map(({ day, names }, n) => ({ id: n + 1, day, name: names.en })),
  };
}

export function bodyOf(
  { country, subdivision, opened, own }: Typed,
  accept_outside: boolean,
): Schemas["SetClosedDays"] {
  return {
    country: country || null,
    subdivision: subdivision || null,
    opened,
    own: own.map(({ day, name }) => ({ day, name: name.trim() })),
    accept_outside,
  };
}

export function checkedDays({ own }: Typed): Mistake[] {
  const seen = new Set<Day>();
  return own.flatMap(({ id, day, name }) => [
    ...(isDay(day) && day >= today() && !seen.has(day) && seen.add(day)
      ? []
      : [{ field: `day-${id}`, message: t("closed_days.wrong.day") }]),
    ...(name.trim() ? [] : [{ field: `name-${id}`, message: t("closed_days.wrong.name") }]),
  ]);
}
