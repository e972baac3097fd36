/** Free times of the laboratory on a day, and the next day that has some. */
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { addDays, type Day, today } from "../../../lib/time";

export type LabSlot = Schemas["LabSlot"];

/** How many days are looked at for the next one with free times. */
const LOOK_AHEAD = 14;

/** The times of a day at which somebody can still come. */
export async function freeOn(day: Day): Promise<Outcome<LabSlot[]>> {
  const found = await outcome(api.GET("/api/labs/slots", { params: { query: { day } } }));
  return found.ok ? { ok: true, data: found.data.items.filter(({ free }) => free > 0) } : found;
}

/** The first day from `day` on with free times, none after `last`; null: there is none within two weeks. */
export async function nextFree(day: Day, last: Day): Promise<Outcome<Day | null>> {
  const from = day < today() ? today() : day;
  for (let n = 0; n < LOOK_AHEAD && addDays(from, n) <= last; n += 1) {
    const found = await freeOn(addDays(from, n));
    if (!found.ok) return found;
    if (found.data.length > 0) return { ok: true, data: addDays(from, n) };
  }
  return { ok: true, data: null };
}
