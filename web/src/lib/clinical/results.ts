/** Laboratory values for display: value, usual range and flag as text, and their positions on a number line. */

import type { Schemas } from "../../api/client";
import { type Key, plural, t } from "../i18n/i18n";
import { type InLanguages, inLanguage } from "../i18n/in-languages";
import { numeral } from "../i18n/numbers";
import { locale } from "../time/time";
import type { Tone } from "./tone";

type Flag = Schemas["Flag"];
/** The members of an observation that are drawn; a point of a trend has them too. */
export type Reading = Pick<
  Schemas["Observation"],
  "value" | "comparator" | "text" | "unit" | "decimals" | "range" | "usual_names" | "flag" | "missing"
> & { text_names?: InLanguages | null };
type Result = Pick<Schemas["LabResult"], "observations" | "outside_range">;

/** Positions along a line from 0 to 1; null: no such bound, or too far away to be drawn. */
export interface Scale {
  lowAt: number | null;
  highAt: number | null;
  criticalLowAt: number | null;
  criticalHighAt: number | null;
  valueAt: number;
  /** The value lies beyond this end of the line. */
  clipped: "low" | "high" | null;
}

/** In widths of the usual range: space beyond each bound, space beyond a marker, and the furthest marker drawn. */
const ROOM = 0.6;
const MARGIN = 0.15;
const REACH = 3;
const NBSP = "\u00a0";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const COMPARED = { "<": "result.below", "<=": "result.at_most", ">=": "result.at_least", ">": "result.above" } as const;

const TONES: Readonly<Record<Flag, Tone>> = {
  normal: "confirmed",
  low: "booked",
  high: "no-show",
  critical_low: "critical",
  critical_high: "critical",
  abnormal: "no-show",
  indeterminate: "completed",
  no_range: "completed",
};

/** The chip's tone. */
export function toneOf(flag: Flag): Tone {
  return TONES[flag];
}

/** The key of the flag's word. */
export function wordOf(flag: Flag): Key {
  return `flag.${flag}` as Key;
}

/** "13.2 g/dL", "below 5.0 mg/L" or the text; empty where there is neither. */
export function shown({
  value,
  comparator,
  text,
  text_names,
  unit,
  decimals,
}: Omit<Reading, "range" | "usual_names" | "flag" | "missing">): string {
  if (value === null) return text_names ? inLanguage(text_names) : (text ?? "");
  const withUnit = measured(numeral(value, decimals), unit);
  // many screen readers skip the sign and read "<5" as "5"
  return comparator ? t(COMPARED[comparator], { value: withUnit }) : withUnit;
}

/** "12.0 to 15.5 g/dL", "up to 5.0 mg/L", "60 mg/dL or more", "usually negative", "no usual range", or the unknown facts */
export function usual({
  range,
  usual_names: words,
  unit,
  decimals,
  missing = [],
}: Pick<Reading, "range" | "usual_names" | "unit" | "decimals"> & Partial<Pick<Reading, "missing">>): string {
  if (range === null && missing.length > 0)
    return t(`result.range.by.${missing.length > 1 ? "both" : (missing[0] ?? "both")}`);
  if (words.length > 0) return t("result.range.words", { words: oneOf(words.map(inLanguage)) });
  const { low = null, high = null } = range ?? {};
  const bound = (value: number): string => numeral(value, decimals);
  if (low !== null && high !== null)
    return t("result.range.between", { low: bound(low), high: measured(bound(high), unit) });
  if (high !== null) return t("result.range.up_to", { high: measured(bound(high), unit) });
  return low !== null ? t("result.range.from", { low: measured(bound(low), unit) }) : t("result.range.none");
}

/** Whether `usual` returns a numeric range. */
export function hasRange({ range }: Pick<Reading, "range">): boolean {
  return range !== null && (range.low !== null || range.high !== null);
}

/** "2 of 6 values are outside the usual range.", and how many could not be compared. */
export function sentence({ observations, outside_range: outside }: Result): string {
  const total = observations.length;
  const count = (flag: Flag): number => observations.filter((one) => one.flag === flag).length;
  const [normal, unclear, bare] = [count("normal"), count("indeterminate"), count("no_range")];
  const parts = [
    outside > 0 && (total === 1 ? t("result.single.outside") : plural("result.outside", outside, { total })),
    outside === 0 && normal > 0 && (normal < total ? plural("result.inside", normal, { total }) : all(total)),
    unclear > 0 && (total === 1 ? t("result.single.unclear") : plural("result.unclear", unclear)),
    bare > 0 && (total === 1 ? t("result.single.bare") : plural("result.bare", bare)),
  ];
  return parts.filter(Boolean).join(" ");
}

/** The positions of value and bounds on the line, with space beyond each bound; null without a value or range. */
export function scale({ value, range }: Pick<Reading, "value" | "range">): Scale | null {
  const base = value === null || range === null ? null : baseOf(range);
  if (value === null || range === null || base === null) return null;
  const { low, high, critical_low, critical_high } = range;
  const wide = base.to - base.from;
  const drawn = [value, critical_low, critical_high].filter((one) => one !== null);
  const beyond = (distances: readonly number[], closed: boolean): number => {
    const reached = distances.filter((far) => far > 0 && far <= REACH * wide).map((far) => far + MARGIN * wide);
    return Math.max(closed ? ROOM * wide : 0, ...reached);
  };
  const from =
    base.from -
    beyond(
      drawn.map((one) => base.from - one),
      (low ?? critical_low) !== null,
    );
  const to =
    base.to +
    beyond(
      drawn.map((one) => one - base.to),
      (high ?? critical_high) !== null,
    );
  const at = (one: number): number => (one - from) / (to - from);
  const seen = (one: number | null): number | null => (one === null || at(one) < 0 || at(one) > 1 ? null : at(one));
  return {
    lowAt: seen(low),
    highAt: seen(high),
    criticalLowAt: seen(critical_low),
    criticalHighAt: seen(critical_high),
    valueAt: Math.min(Math.max(at(value), 0), 1),
    clipped: value < from ? "low" : value > to ? "high" : null,
  };
}

/** A UCUM unit as it is printed: "10*9/L" is "×10⁹/L", "u[IU]/mL" "µIU/mL"; empty for a bare number. */
export function readable(ucum: string | null): string {
  if (ucum === null || ucum === "1" || ucum === "[pH]" || /^\{[^}]*\}$/.test(ucum)) return "";
  if (ucum === "/[HPF]") return t("result.unit.per_field");
  return ucum
    .split(/(\{[^}]*\})/)
    .map((part, n, parts) => (part.startsWith("{") ? annotation(part, parts[n - 1] ?? "") : symbols(part)))
    .join("");
}

function measured(number: string, ucum: string | null): string {
  const unit = readable(ucum);
  if (unit === "") return number;
  return unit === "%" && locale().startsWith("en") ? `${number}%` : `${number}${NBSP}${unit}`;
}

function symbols(part: string): string {
  return part
    .replaceAll(".", "·")
    .replace(/10[*^](-?\d+)/g, (_, power: string) => `×10${raised(power)}`)
    .replace(/(^|[/·])u(?=[A-Za-z[])/g, "$1µ")
    .replace(/(?<=[A-Za-z])-?\d+/g, raised)
    .replaceAll("[arb'U]", "U")
    .replace(/\bCel\b/g, "°C")
    .replace(/[[\]]/g, "")
    .replaceAll("_", NBSP);
}

/** UCUM annotations: "{FEU}" after a unit, "{1.73_m2}" in a denominator */
function annotation(braced: string, before: string): string {
  const text = braced
    .slice(1, -1)
    .replaceAll("_", NBSP)
    .replace(/(?<=m)\d/g, raised);
  return before === "" || /[/.]$/.test(before) ? text : NBSP + text;
}

function raised(digits: string): string {
  return digits.replace(/\d/g, (digit) => RAISED[Number(digit)] ?? digit).replace("-", "⁻");
}

function oneOf(words: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "disjunction" }).format(words);
}

function all(total: number): string {
  return t(total === 1 ? "result.single.inside" : "result.all_inside");
}

/** The interval between the bounds; a missing bound is placed as far away as the other is from zero. */
function baseOf(range: Schemas["AppliedRange"]): { from: number; to: number } | null {
  const closed = range.low !== null || range.high !== null;
  const low = closed ? range.low : range.critical_low;
  const high = closed ? range.high : range.critical_high;
  const only = low ?? high;
  if (only === null) return null;
  const wide = Math.abs(only) || 1;
  const [from, to] = [low ?? only - wide, high ?? only + wide];
  // a range of one value, 7 to 7
  return from < to ? { from, to } : { from, to: from + wide * 0.2 };
}
