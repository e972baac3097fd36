/** Opening hours as the form's text, one line of each weekday: "07:00-12:00, 13:00-17:00". */
import type { Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { type Day, isDay } from "../../../lib/time/time";

type Weekday = Schemas["Weekday"];
type Rule = Schemas["OpenHours"];
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const satisfies readonly Weekday[];

export interface Typed {
  days: Record<Weekday, string>;
  /** Ids keep the focus when one is removed. */
  closures: { id: number; day: string; reason: string }[];
}

const SPAN = /^(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)$/;

export function typedOf({ rules, closures }: Schemas["LabHours"]): Typed {
  const line = (weekday: Weekday): string =>
    rules
      .filter((rule) => rule.weekday === weekday)
      .map(({ starts, ends }) => `${starts}–${ends}`)
      .join(", ");
  return {
    days: Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, line(weekday)])) as Typed["days"],
    closures: closures.map((one, n) => ({ ...one, id: n + 1 })),
  };
}

export function bodyOf({ days, closures }: Typed, accept_outside: boolean): Schemas["SetLabHours"] {
  return {
    rules: WEEKDAYS.flatMap((weekday) => rulesOf(weekday, days[weekday]) ?? []),
    closures: closures.map(({ day, reason }) => ({ day, reason: reason.trim() })),
    accept_outside,
  };
}

export function checkedHours({ days, closures }: Typed): Mistake[] {
  const seen = new Set<Day>();
  return [
    ...WEEKDAYS.filter((weekday) => rulesOf(weekday, days[weekday]) === null).map((weekday) => ({
      field: weekday,
      message: t("lab_hours.wrong", { day: t(`weekday.${weekday}`) }),
    })),
    ...closures.flatMap(({ id, day, reason }) => [
      ...(isDay(day) && !seen.has(day) && seen.add(day)
        ? []
        : [{ field: `day-${id}`, message: t("lab_hours.wrong.day") }]),
      ...(reason.trim() ? [] : [{ field: `reason-${id}`, message: t("lab_hours.wrong.reason") }]),
    ]),
  ];
}

/** The intervals of a line in order of time; null where the line is no hours, or they overlap. */
function rulesOf(weekday: Weekday, line: string): Rule[] | null {
  const spans = line
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => SPAN.exec(part));
  const rules = spans.map((span) => {
    const [, a = "", b = "", c = "", d = ""] = span ?? [];
    return { weekday, starts: `${a.padStart(2, "0")}:${b}`, ends: `${c.padStart(2, "0")}:${d}` };
  });
  rules.sort((one, other) => (one.starts < other.starts ? -1 : 1));
  const quarter = (time: string): boolean => Number(time.slice(3)) % 15 === 0;
  const right = rules.every(
    ({ starts, ends }, n) =>
      starts < ends && ends <= "24:00" && quarter(starts) && quarter(ends) && (rules[n - 1]?.ends ?? "") <= starts,
  );
  return spans.every(Boolean) && right ? rules : null;
}
