/** A doctor's week: visits and time off by day and wall clock, on phones one list of each day after the other. */
import type { Schemas } from "../../api/client";
import { type Key, t } from "../../lib/i18n/i18n";
import {
  clock,
  type Day,
  dayOf,
  type Instant,
  instantOf,
  longWhen,
  minuteOfDay,
  minutesBetween,
  shortDay,
  today,
} from "../../lib/time/time";
import "../../style/components/week.css";
import { Status } from "../Chip";

export interface WeekVisit {
  id: number;
  starts_at: Instant;
  ends_at: Instant;
  patient: string;
  status: Schemas["AppointmentStatus"];
  href: string;
}

interface TimeOff {
  starts_at: Instant;
  ends_at: Instant;
  reason: string | null;
}

interface Props {
  days: readonly Day[];
  visits: readonly WeekVisit[];
  timeOff: readonly TimeOff[];
  openHours?: readonly Schemas["OpenHours"][];
}

/** A part of a day, in minutes after midnight on the clinic's wall clock. */
export type Interval = { from: number; to: number };
type Item = Interval & ({ visit: WeekVisit } | { off: TimeOff });
type Drawn = { day: Day; items: Item[]; open: Interval[] | null };

export const HOUR = 60;
const WHOLE_DAY = 24 * HOUR;
/** Minutes of one row of the grid. */
export const STEP = 5;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** Days are `h3`, so the page has an `h2` for the week. */
export function WeekGrid({ days, visits, timeOff, openHours }: Props) {
  const drawn = days.map((day) => ({ day, items: items(day, visits, timeOff), open: openOn(day, openHours) }));
  const shown = hoursOf(drawn);
  const rows = (shown.to - shown.from) / STEP;
  const hours = Array.from({ length: (shown.to - shown.from) / HOUR }, (_, n) => shown.from + n * HOUR);
  return (
    <div class="week" style={{ "--rows": String(rows), "--days": String(days.length) }}>
      <div class="week-hours" aria-hidden="true">
        {hours.map((from) => (
          <span key={from} style={placed({ from, to: from + HOUR }, shown)}>
            {wall(days[0] ?? today(), from)}
          </span>
        ))}
      </div>
      {drawn.map((one, n) => (
        <DayOfWeek key={one.day} {...one} shown={shown} column={n + 2} />
      ))}
    </div>
  );
}

function DayOfWeek({ day, items, open, shown, column }: Drawn & { shown: Interval; column: number }) {
  const current = day === today();
  return (
    <div class="week-day" style={{ gridColumn: String(column) }}>
      <h3 aria-current={current ? "date" : undefined}>
        {current ? t("week.today", { day: shortDay(day) }) : shortDay(day)}
      </h3>
      <p class="week-open-hours">{open && openHoursText(day, open)}</p>
      <div class="week-times">
        {open?.map((stretch) => (
          <i key={stretch.from} class="week-open" style={placed(stretch, shown)} />
        ))}
        {items.length === 0 && <p class="muted">{t("week.none")}</p>}
        {items.length > 0 && (
          <ul>
            {items.map((item) =>
              "visit" in item ? (
                <li key={`visit ${item.visit.id}`} style={placed(item, shown)}>
                  <Visit {...item.visit} />
                </li>
              ) : (
                <li key={`off ${item.off.starts_at}`} class="week-off" style={placed(item, shown)}>
                  <Off {...item} />
                </li>
              ),
            )}
          </ul>
        )}
      </div>
    </div>
  );
}

function Visit({ starts_at, patient, status, href }: WeekVisit) {
  const name = { when: longWhen(starts_at), patient, status: t(`appointment.${status}` as Key) };
  return (
    <a class="week-visit" href={href} aria-label={t("week.visit", name)}>
      <span>{clock(starts_at)}</span> <b>{patient}</b> <Status kind="appointment" status={status} />
    </a>
  );
}

function Off({ from, to, off }: Interval & { off: TimeOff }) {
  return (
    <p>
      <b>{t("week.off")}</b> <span>{during(from === 0, to === WHOLE_DAY, off)}</span>{" "}
      {off.reason && <span class="week-reason">{off.reason}</span>}
    </p>
  );
}

function during(fromMidnight: boolean, toMidnight: boolean, { starts_at, ends_at }: TimeOff): string {
  if (fromMidnight && toMidnight) return t("week.off.all_day");
  if (fromMidnight) return t("week.off.until", { time: clock(ends_at) });
  if (toMidnight) return t("week.off.from", { time: clock(starts_at) });
  return `${clock(starts_at)}–${clock(ends_at)}`;
}

function openHoursText(day: Day, open: readonly Interval[]): string {
  const stretches = open.map(({ from, to }) => `${wall(day, from)}–${wall(day, to)}`).join(", ");
  return open.length > 0 ? t("week.hours", { stretches }) : t("week.closed");
}

/** Everything of a day, in order of time. */
function items(day: Day, visits: readonly WeekVisit[], timeOff: readonly TimeOff[]): Item[] {
  const own = visits.filter((visit) => dayOf(visit.starts_at) === day);
  return [
    ...timeOff.flatMap((off) => intervalsOn(day, off).map((stretch) => ({ ...stretch, off }))),
    ...own.flatMap((visit) => intervalsOn(day, visit).map((stretch) => ({ ...stretch, visit }))),
  ].sort((one, other) => one.from - other.from);
}

/** The part of a span that lies within a day, or none. */
export function intervalsOn(day: Day, { starts_at, ends_at }: { starts_at: Instant; ends_at: Instant }): Interval[] {
  const from = dayOf(starts_at) < day ? 0 : minuteOfDay(starts_at);
  const to = dayOf(ends_at) > day ? WHOLE_DAY : minuteOfDay(ends_at);
  if (dayOf(starts_at) > day || dayOf(ends_at) < day || to === 0) return [];
  // in the repeated hour of autumn, the end may have an earlier wall time than the start
  return [
    { from, to: to > from ? to : Math.min(from + Math.max(minutesBetween(starts_at, ends_at), STEP), WHOLE_DAY) },
  ];
}

function openOn(day: Day, openHours?: readonly Schemas["OpenHours"][]): Interval[] | null {
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()];
  const own = openHours?.filter((hours) => hours.weekday === weekday);
  return own?.map(({ starts, ends }) => ({ from: minutes(starts), to: minutes(ends) })) ?? null;
}

/** The whole hours from the earliest to the latest used. Time off does not stretch them to midnight. */
function hoursOf(drawn: readonly Drawn[]): Interval {
  const used = drawn.flatMap(({ items, open }) => [...items.flatMap(shownOf), ...(open ?? [])]);
  if (used.length === 0) return { from: 8 * HOUR, to: 18 * HOUR };
  const from = Math.min(...used.map((stretch) => stretch.from));
  const to = Math.max(...used.map((stretch) => stretch.to));
  return { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR };
}

function shownOf(item: Item): Interval[] {
  if ("visit" in item) return [item];
  if (item.from === 0 && item.to === WHOLE_DAY) return [];
  if (item.from === 0) return [{ from: Math.max(item.to - HOUR, 0), to: item.to }];
  return [{ from: item.from, to: item.to === WHOLE_DAY ? Math.min(item.from + HOUR, WHOLE_DAY) : item.to }];
}

/** The grid rows of a span. */
export function placed({ from, to }: Interval, shown: Interval): { gridRow: string } {
  const first = Math.floor((Math.max(from, shown.from) - shown.from) / STEP);
  const last = Math.ceil((Math.min(to, shown.to) - shown.from) / STEP);
  return { gridRow: `${first + 1} / ${Math.max(last, first + 1) + 1}` };
}

export function wall(day: Day, minute: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return clock(instantOf(day, `${two(Math.floor(minute / HOUR))}:${two(minute % HOUR)}`));
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * HOUR + Number(time.slice(3));
}
