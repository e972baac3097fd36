/** Free times of the laboratory on a day, and the next day with free times. */
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { addDays, type Day, today } from "../../../lib/time/time";

export type LabSlot = Schemas["LabSlot"];

/** The number of days searched for the next free one. */
const LOOK_AHEAD = 14;

/** The address of an own appointment that occupies a time. */
export function otherHref({ kind, id }: Schemas["OtherAppointment"]): string {
  return kind === "visit" ? `/appointments/${id}` : `/labs/bookings/${id}`;
}

/** The times of a day with free places for these tests; `other` is an own appointment then. */
export async function freeOn(day: Day, codes: readonly string[]): Promise<Outcome<LabSlot[]>> {
  const query = { day, test_codes: codes.join(",") };
  const found = await outcome(api.GET("/api/labs/slots", { params: { query } }));
  return found.ok ? { ok: true, data: found.data.items.filter(({ free }) => free > 0) } : found;
}

/** The first day with free times from `day` to `last`; null if none within two weeks. */
export async function nextFree(day: Day, last: Day, codes: readonly string[]): Promise<Outcome<Day | null>> {
  const from = day < today() ? today() : day;
  for (let n = 0; n < LOOK_AHEAD && addDays(from, n) <= last; n += 1) {
    const found = await freeOn(addDays(from, n), codes);
    if (!found.ok) return found as Outcome<never>;
    if (found.data.some(({ other }) => other === null)) return { ok: true, data: addDays(from, n) };
  }
  return { ok: true, data: null };
}
