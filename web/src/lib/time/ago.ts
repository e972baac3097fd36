/** How long ago, in the unit in which a person counts. */
import { type Instant, locale, minutesBetween, nowInstant } from "./time";

/** "12 min ago", "3 hr ago" from two hours on, "2 days ago" from two days on. */
export function ago(instant: Instant): string {
  const minutes = Math.max(0, minutesBetween(instant, nowInstant()));
  const form = new Intl.RelativeTimeFormat(locale(), { style: "short" });
  if (minutes < 120) return form.format(-minutes, "minute");
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? form.format(-hours, "hour") : form.format(-Math.floor(hours / 24), "day");
}
