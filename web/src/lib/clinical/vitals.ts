/** Vital signs: their names, units and texts, and the last value of each. */
import type { Schemas } from "../../api/client";
import { type Key, t } from "../i18n/i18n";
import { numeral } from "../i18n/numbers";
import { dateOnly, dayOf } from "../time/time";

export type VitalSigns = Schemas["VitalSigns"];
type Sign = Schemas["VitalSign"];
/** A value as it is shown: both blood pressures are one, and the body mass index is computed. */
export type Measure = Exclude<Sign, "systolic" | "diastolic"> | "pressure" | "bmi";

/** The unit of each measure as it is printed, in the order of the pages. */
export const UNITS = {
  pressure: " mmHg",
  heart_rate: "/min",
  respiratory_rate: "/min",
  temperature: " °C",
  oxygen_saturation: " %",
  weight: " kg",
  height: " cm",
  bmi: " kg/m²",
  pain: "/10",
} as const satisfies Record<Measure, string>;
export const MEASURES = Object.keys(UNITS) as Measure[];

/** The last valid value of a measure, and the set that has it. */
export interface Last {
  measure: Measure;
  text: string;
  of: VitalSigns;
}

export function nameOf(measure: Measure): string {
  return t(`vitals.${measure}` as Key);
}

/** "142/90 mmHg"; null if it was not measured. */
export function measured(of: VitalSigns, measure: Measure): string | null {
  if (measure === "pressure") return of.systolic === null ? null : pressure(of.systolic, of.diastolic);
  const value = of[measure];
  const decimals = measure === "temperature" || measure === "weight" || measure === "bmi" ? 1 : 0;
  return value === null ? null : numeral(value, decimals) + UNITS[measure];
}

function pressure(systolic: number, diastolic: number | null): string {
  return `${numeral(systolic)}/${diastolic === null ? "–" : numeral(diastolic)}${UNITS.pressure}`;
}

/** A whole set in one line: "Blood pressure 142/90 mmHg · Heart rate 72/min". */
export function setText(of: VitalSigns): string {
  return MEASURES.flatMap((measure) => named(measure, measured(of, measure)) ?? []).join(" · ");
}

function named(measure: Measure, text: string | null): string | null {
  return text && `${nameOf(measure)} ${text}`;
}

/** The sets that hold. */
export function valid(items: readonly VitalSigns[]): VitalSigns[] {
  return items.filter(({ in_error_at }) => in_error_at === null);
}

/** The last value of each measure; `items` newest first. */
export function lastValues(items: readonly VitalSigns[]): Last[] {
  const holding = valid(items);
  return MEASURES.flatMap((measure) => {
    const of = holding.find((one) => measured(one, measure) !== null);
    return of ? { measure, text: measured(of, measure) ?? "", of } : [];
  });
}

/** The last values as text with their days: "Blood pressure 142/90 mmHg, Weight 84 kg (29 Nov 2026)". */
export function lastText(items: readonly VitalSigns[]): string {
  const last = lastValues(items);
  const days = [...new Set(last.map(({ of }) => dayOf(of.measured_at)))].sort().reverse();
  return days
    .map((day) => {
      const of = last.filter((one) => dayOf(one.of.measured_at) === day);
      return `${of.map(({ measure, text }) => named(measure, text)).join(", ")} (${dateOnly(day)})`;
    })
    .join("; ");
}
