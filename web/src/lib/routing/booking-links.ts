/** The addresses of the pages on which a visit is booked. */
import { addDays, type Day, type Instant, today } from "../time/time";

/** The page that books a time. */
export function bookHref(doctor: number, start: Instant): string {
  return `/doctors/${doctor}/book?start=${encodeURIComponent(start)}`;
}

/** The page with a doctor's free times, opened at the seven days that contain `day`. */
export function timesHref(doctor: number, day: Day | null): string {
  const later = day !== null && day >= addDays(today(), 7);
  return later ? `/doctors/${doctor}?week=${day}` : `/doctors/${doctor}`;
}
