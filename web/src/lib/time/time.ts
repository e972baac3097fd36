/** Days and instants in the clinic's zone, never the browser's. A day is 'YYYY-MM-DD', an instant RFC 3339. */
import { now } from "../../api/server-clock";
import { t } from "../i18n/i18n";
import { clinicCity, clinicZone } from "./zone";

export type Day = string;
export type Instant = string;

const MINUTE = 60_000;
const DAY = 86_400_000;
const STYLES = {
  longDay: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  shortDay: { weekday: "short", day: "numeric", month: "short" },
  dateOnly: { day: "numeric", month: "long", year: "numeric" },
  clock: { hour: "numeric", minute: "2-digit" },
  when: { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" },
  offset: { timeZoneName: "shortOffset" },
  // parsed only: "GMT-05:00" in American English
  machine: { timeZoneName: "longOffset" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
type Style = keyof typeof STYLES;

const made = new Map<string, Intl.DateTimeFormat>();

/** The locale of dates and numbers: the page's language. English without a country is British. */
export function locale(): string {
  const spoken = document.documentElement.lang || "en";
  return spoken === "en" ? "en-GB" : spoken;
}

export { now };

/** The instant now, by the server's clock. */
export function nowInstant(): Instant {
  return new Date(now()).toISOString();
}

/** The clinic's calendar day now, by the server's clock. */
export function today(): Day {
  return dayOf(nowInstant());
}

/** The clinic's calendar day at an instant. */
export function dayOf(instant: Instant): Day {
  const at = Date.parse(instant);
  return isoDay(at + offsetAt(at));
}

/** The day `n` days later, earlier where negative. */
export function addDays(day: Day, n: number): Day {
  return isoDay(midnight(day) + n * DAY);
}

/** The Monday of the day's week. */
export function mondayOf(day: Day): Day {
  return addDays(day, -((new Date(midnight(day)).getUTCDay() + 6) % 7));
}

/** The seven days from a Monday on. */
export function weekDays(monday: Day): Day[] {
  return Array.from({ length: 7 }, (_, n) => addDays(monday, n));
}

/** Whether a text, for example of the address, is a valid calendar day. */
export function isDay(text: string | null | undefined): text is Day {
  if (!text || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  return !Number.isNaN(midnight(text)) && isoDay(midnight(text)) === text;
}

/** "Monday 7 January 2030" */
export function longDay(day: Day): string {
  return words(form("longDay", "UTC").formatToParts(midnight(day)));
}

/** "Mon 7 Jan" */
export function shortDay(day: Day): string {
  return words(form("shortDay", "UTC").formatToParts(midnight(day)));
}

/** "7 January 2030" */
export function dateOnly(day: Day): string {
  return form("dateOnly", "UTC").format(midnight(day));
}

/** "09:00", or "9:00 AM" in such a locale; with the offset in the hour repeated by the autumn clock change. */
export function clock(instant: Instant): string {
  return withOffset(form("clock").format(Date.parse(instant)), instant);
}

/** "Mon 7 Jan 2030, 09:00"; with the offset in the repeated hour of autumn. */
export function when(instant: Instant): string {
  return withOffset(words(form("when").formatToParts(Date.parse(instant))), instant);
}

/** "Monday 7 January 2030, 09:00": the name of a link with only the time as its text. */
export function longWhen(instant: Instant): string {
  return `${longDay(dayOf(instant))}, ${clock(instant)}`;
}

/** "Mon 7 Jan 2030, 09:00–09:30", with both days if it ends on another day. */
export function span(starts: Instant, ends: Instant): string {
  if (repeats(starts) || repeats(ends))
    return `${when(starts)} – ${dayOf(starts) === dayOf(ends) ? clock(ends) : when(ends)}`;
  return words(form("when").formatRangeToParts(Date.parse(starts), Date.parse(ends)));
}

/** "Berlin time, GMT+1": the clinic's zone and its offset at `instant`, by default now. */
export function zoneLabel(instant?: Instant): string {
  const offset = offsetName("offset", instant ? Date.parse(instant) : now());
  return t("week.zone", { city: clinicCity(), offset });
}

/** The instant of the clinic's wall time 'HH:MM'. A time in the gap of spring moves on by an hour
 * (02:30 becomes 03:30); a repeated time of autumn means the first. */
export function instantOf(day: Day, time: string): Instant {
  const wall = Date.parse(`${day}T${time}:00Z`);
  const [before, after] = [offsetAt(wall - DAY), offsetAt(wall + DAY)];
  const at = [wall - before, wall - after].find((found) => found + offsetAt(found) === wall) ?? wall - before;
  const offset = offsetAt(at);
  return `${new Date(at + offset).toISOString().slice(0, 19)}${signed(offset)}`;
}

/** Minutes after midnight on the clinic's wall clock. */
export function minuteOfDay(instant: Instant): number {
  return Math.floor(((Date.parse(instant) + offsetAt(Date.parse(instant))) % DAY) / MINUTE);
}

/** Age in whole years on a day, by default today; for 29 February the birthday is 1 March in other years. */
export function ageOn(dateOfBirth: Day, day: Day = today()): number {
  const years = Number(day.slice(0, 4)) - Number(dateOfBirth.slice(0, 4));
  return day.slice(5) < dateOfBirth.slice(5) ? years - 1 : years;
}

/** Minutes that pass from one instant to another. */
export function minutesBetween(starts: Instant, ends: Instant): number {
  return Math.round((Date.parse(ends) - Date.parse(starts)) / MINUTE);
}

function withOffset(text: string, instant: Instant): string {
  return repeats(instant) ? `${text} ${offsetName("offset", Date.parse(instant))}` : text;
}

/** Whether the clinic's wall clock shows this time twice, when clocks go back in autumn. */
function repeats(instant: Instant): boolean {
  const at = Date.parse(instant);
  const wall = at + offsetAt(at);
  return [at - DAY, at + DAY].some((near) => {
    const other = wall - offsetAt(near);
    return other !== at && other + offsetAt(other) === wall;
  });
}

/** Milliseconds that the clinic's wall clock is ahead of UTC. */
function offsetAt(at: number): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(offsetName("machine", at)) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE;
}

function offsetName(style: "offset" | "machine", at: number): string {
  const parts = form(style).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

function midnight(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function isoDay(at: number): Day {
  return new Date(at).toISOString().slice(0, 10);
}

function signed(offset: number): string {
  const minutes = Math.abs(offset) / MINUTE;
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The parts as one text; "Mon, 7 Jan" without the comma that English does not need before a number. */
function words(parts: Pick<Intl.DateTimeFormatPart, "type" | "value">[]): string {
  const english = locale().startsWith("en");
  const needless = (n: number): boolean => english && parts[n - 1]?.type === "weekday" && parts[n + 1]?.type === "day";
  return parts.map(({ value }, n) => (needless(n) ? " " : value)).join("");
}

function form(style: Style, zone = clinicZone()): Intl.DateTimeFormat {
  const spoken = style === "machine" ? "en-US" : locale();
  const key = `${style} ${spoken} ${zone}`;
  const known = made.get(key) ?? new Intl.DateTimeFormat(spoken, { ...STYLES[style], ...hours(style), timeZone: zone });
  made.set(key, known);
  return known;
}

/** Two digits for 24-hour locales: 09:00, but 9:00 AM. */
function hours(style: Style): Intl.DateTimeFormatOptions {
  const { hour12 } = new Intl.DateTimeFormat(locale(), { hour: "numeric" }).resolvedOptions();
  return "hour" in STYLES[style] && !hour12 ? { hour: "2-digit" } : {};
}
