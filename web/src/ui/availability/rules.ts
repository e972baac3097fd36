/** The edited weekly hours: periods, mistakes, and the visits that fit or fall outside. */
import type { Schemas } from "../../api/client";
import type { Mistake } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { addDays, type Day, dayOf, minuteOfDay, minutesBetween, mondayOf, today } from "../../lib/time/time";
import type { Booked, Extra, Saved } from "./source";

export type Rule = Schemas["OpenHours"];
export type Weekday = Schemas["Weekday"];
export type Visit = Booked;
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const satisfies readonly Weekday[];

/** The form's week. Periods have stable ids, so that removing one leaves the others unchanged. */
export interface Week {
  slot: string;
  place: string;
  stretches: Interval[];
}
export interface Interval {
  id: number;
  weekday: Weekday;
  starts: string;
  ends: string;
}

const DAY_MINUTES = 24 * 60;

export function weekOf({ slot_minutes, place, rules }: Omit<Saved, "version">): Week {
  return {
    slot: String(slot_minutes),
    place: place ?? "",
    // a time field shows the end of the day as 00:00
    stretches: rules.map((rule, id) => ({ ...rule, id, ends: rule.ends === "24:00" ? "00:00" : rule.ends })),
  };
}

/** The periods to save, in order of time; incomplete ones are left out. */
export function rulesOf({ stretches }: Week): Rule[] {
  return stretches
    .filter(({ starts, ends }) => starts && ends)
    .map(({ weekday, starts, ends }) => ({ weekday, starts, ends: ends === "00:00" ? "24:00" : ends }))
    .sort((one, other) => order(one) - order(other));
}

export function sameWeek(one: Week, other: Week): boolean {
  const plain = (week: Week): string => JSON.stringify([week.slot.trim(), week.place.trim(), rulesOf(week)]);
  return plain(one) === plain(other);
}

export function checkWeek(week: Week): Mistake[] {
  const slot = Number(week.slot);
  const sized = Number.isInteger(slot) && slot >= 5 && slot <= 480;
  return [
    ...(sized ? [] : [{ field: "slot_minutes", message: t("availability.wrong.slot") }]),
    ...week.stretches.flatMap((one) => wrongWith(one, week.stretches)),
  ];
}

function wrongWith({ id, weekday, starts, ends }: Interval, all: readonly Interval[]): Mistake[] {
  const day = t(`weekday.${weekday}`);
  if (!starts) return [{ field: `starts-${id}`, message: t("availability.wrong.starts", { day }) }];
  if (!ends) return [{ field: `ends-${id}`, message: t("availability.wrong.ends", { day }) }];
  if (minutes(starts) >= endOf(ends)) return [{ field: `ends-${id}`, message: t("availability.wrong.order", { day }) }];
  const before = all.find(
    (other) =>
      other.id !== id &&
      other.weekday === weekday &&
      minutes(other.starts) < endOf(ends) &&
      minutes(starts) < endOf(other.ends) &&
      // reported at the later one of the two
      (minutes(other.starts) < minutes(starts) || (other.starts === starts && other.id < id)),
  );
  if (!before) return [];
  const values = { day, starts: before.starts, ends: before.ends };
  return [{ field: `starts-${id}`, message: t("availability.wrong.overlap", values) }];
}

/** The number of visits that fit into a weekday's rules. */
export function slotsOn(weekday: Weekday, rules: readonly Rule[], slot: number): number {
  if (!(slot >= 5)) return 0;
  const own = rules.filter((rule) => rule.weekday === weekday);
  return own.reduce(
    (sum, { starts, ends }) => sum + Math.max(0, Math.floor((minutes(ends) - minutes(starts)) / slot)),
    0,
  );
}

/** Upcoming visits that lie wholly or partly outside the rules and the extra hours, but those that staff overbooked. */
export function outside(visits: readonly Visit[], rules: readonly Rule[], extra: readonly Extra[] = []): Visit[] {
  return visits.filter(({ starts_at, ends_at, status, overbook_reason }) => {
    if ((status !== "booked" && status !== "confirmed") || overbook_reason !== null) return false;
    const from = minuteOfDay(starts_at);
    const to = from + minutesBetween(starts_at, ends_at);
    const day = dayOf(starts_at);
    const open = [
      ...rules.filter(({ weekday }) => weekday === weekdayOf(day)),
      ...extra.filter((one) => one.day === day),
    ];
    return !open.some(({ starts, ends }) => minutes(starts) <= from && to <= minutes(ends));
  });
}

/** The periods with one day's copied to others, replacing theirs. */
export function copied(stretches: readonly Interval[], from: Weekday, to: readonly Weekday[]): Interval[] {
  const source = stretches.filter(({ weekday }) => weekday === from);
  let id = nextId(stretches);
  const copies = to.flatMap((weekday) => source.map((one) => ({ ...one, weekday, id: id++ })));
  return [...stretches.filter(({ weekday }) => !to.includes(weekday)), ...copies];
}

/** A new period of a day: the afternoon after a morning, otherwise the morning. */
export function added(stretches: readonly Interval[], weekday: Weekday): Interval[] {
  const last = stretches.filter((one) => one.weekday === weekday).map(({ ends }) => endOf(ends));
  const from = Math.max(...last, 8 * 60) + 60;
  const fits = from + 180 < DAY_MINUTES;
  const [starts, ends] = fits ? [wall(from), wall(from + 180)] : ["", ""];
  return [...stretches, { id: nextId(stretches), weekday, starts, ends }];
}

/** The Monday of the clinic's next week, for the preview. */
export function nextMonday(): Day {
  return addDays(mondayOf(today()), 7);
}

function nextId(stretches: readonly Interval[]): number {
  return Math.max(-1, ...stretches.map(({ id }) => id)) + 1;
}

function weekdayOf(day: Day): Weekday {
  return WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? "mon";
}

function order({ weekday, starts }: Rule): number {
  return WEEKDAYS.indexOf(weekday) * DAY_MINUTES + minutes(starts);
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function endOf(time: string): number {
  return time === "00:00" ? DAY_MINUTES : minutes(time);
}

function wall(minute: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
