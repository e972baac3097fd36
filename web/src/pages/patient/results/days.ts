/** Results grouped by the day of the sample, and whether one is new. */
import type { Schemas } from "../../../api/client";
import { addDays, type Day, dayOf, today } from "../../../lib/time/time";

type Result = Schemas["LabResult"];

/** Days for which a result counts as new, as in the API's summary. */
const NEW_FOR_DAYS = 30;

export function sampleDay({ collected_at, entered_at }: Pick<Result, "collected_at" | "entered_at">): Day {
  return dayOf(collected_at ?? entered_at);
}

export function isNew({ released_at }: Pick<Result, "released_at">): boolean {
  return released_at !== null && dayOf(released_at) > addDays(today(), -NEW_FOR_DAYS);
}

/** Grouped in the order of the first result of each day. */
export function byDay(results: readonly Result[]): [Day, Result[]][] {
  const days = new Map<Day, Result[]>();
  for (const one of results) days.set(sampleDay(one), [...(days.get(sampleDay(one)) ?? []), one]);
  return [...days];
}
