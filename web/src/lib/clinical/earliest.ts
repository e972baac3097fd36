/** The earliest times of a visit's statuses, by the rule of services/appointments. */
import { clock, dayOf, type Instant, now, shortDay, today } from "../time/time";

const HOUR = 3_600_000;
const HOURS_BEFORE: Readonly<Record<string, number>> = { in_progress: 2, completed: 0, no_show: 0 };

/** When a visit can first have the status, as text; null: it can now. */
export function possibleFrom(starts: Instant, status: string): string | null {
  const day = dayOf(starts);
  if (status === "arrived") return day > today() ? shortDay(day) : null;
  const before = HOURS_BEFORE[status];
  const at = Date.parse(starts) - (before ?? 0) * HOUR;
  if (before === undefined || at <= now()) return null;
  const from = new Date(at).toISOString();
  return dayOf(from) === today() ? clock(from) : `${shortDay(dayOf(from))}, ${clock(from)}`;
}
