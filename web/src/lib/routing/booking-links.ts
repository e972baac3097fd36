/** The addresses of the pages on which a visit is booked; they keep the referral of the present one (`?referral=`)
 * and the type of visit (`?type=`). */
import { addDays, type Day, type Instant, today } from "../time/time";

/** The referral that the visit answers, or null. */
export function referralHere(): number | null {
  return idHere("referral");
}

/** The chosen type of visit, or null. */
export function typeHere(): number | null {
  return idHere("type");
}

function idHere(name: string): number | null {
  const named = new URLSearchParams(location.search).get(name) ?? "";
  return /^[1-9]\d{0,14}$/.test(named) ? Number(named) : null;
}

/** The page that books a time. */
export function bookHref(doctor: number, start: Instant): string {
  return withChoices(`/doctors/${doctor}/book`, { start });
}

/** The page with a doctor's free times, opened at the seven days that contain `day`. */
export function timesHref(doctor: number, day: Day | null): string {
  const later = day !== null && day >= addDays(today(), 7);
  return withChoices(`/doctors/${doctor}`, later ? { week: day } : {});
}

function withChoices(path: string, values: Record<string, string>): string {
  const referral = referralHere();
  const type = typeHere();
  const query = new URLSearchParams({
    ...values,
    ...(referral && { referral: String(referral) }),
    ...(type && { type: String(type) }),
  }).toString();
  return path + (query && `?${query}`);
}
