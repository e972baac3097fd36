/** A patient's record in order of time, and the trend of one analyte. */
import type { Schemas } from "../../../api/client";
import { nameOf } from "../../../lib/i18n/in-languages";
import type { Instant } from "../../../lib/time/time";

export type Chart = Schemas["Chart"];
export const KINDS = ["visits", "prescriptions", "referrals", "results"] as const;
export type Kind = (typeof KINDS)[number];

export type Entry = { at: Instant } & (
  | { kind: "visits"; of: Schemas["ChartVisit"] }
  | { kind: "prescriptions"; of: Schemas["Prescription"] }
  | { kind: "referrals"; of: Schemas["Referral"] }
  | { kind: "results"; of: Schemas["LabResult"] }
);

/** The entries of some kinds, newest first. */
export function entriesOf(chart: Chart, kinds: readonly Kind[]): Entry[] {
  const all: Entry[] = [
    ...chart.visits.map((of): Entry => ({ kind: "visits", at: of.starts_at, of })),
    ...chart.prescriptions.map((of): Entry => ({ kind: "prescriptions", at: of.created_at, of })),
    ...chart.referrals.map((of): Entry => ({ kind: "referrals", at: of.created_at, of })),
    ...chart.results.map((of): Entry => ({ kind: "results", at: taken(of), of })),
  ];
  const wanted = all.filter(({ kind }) => kinds.includes(kind));
  return wanted.sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** The values of an analyte, newest first, in the unit of the newest; null below two values. */
export function trendOf(results: readonly Schemas["LabResult"][], analyte: string) {
  const found = results
    .flatMap((result) => result.observations.map((one) => ({ ...one, at: taken(result), result_id: result.id })))
    .filter((one) => one.analyte === analyte && one.value !== null)
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const [newest] = found;
  const same = found.filter(({ unit }) => unit === newest?.unit);
  if (!newest || same.length < 2) return null;
  const { unit, decimals } = newest;
  const points = same.map(({ result_id, at, value, comparator, flag, range }): Schemas["TrendPoint"] => ({
    result_id,
    at,
    value: value ?? 0,
    comparator,
    flag,
    low: range?.low ?? null,
    high: range?.high ?? null,
  }));
  return { name: nameOf(newest), unit, decimals, points };
}

function taken({ collected_at, entered_at }: Schemas["LabResult"]): Instant {
  return collected_at ?? entered_at;
}
