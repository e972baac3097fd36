/** The flag of a typed value, by the server's rules; the saved flag is the server's. */
import type { Schemas } from "../../../api/client";
import { type Day, dayOf, type Instant } from "../../../lib/time/time";

type Analyte = Schemas["Analyte"];
type Flag = Schemas["Flag"];
type Range = Schemas["AppliedRange"];
type Patient = Pick<Schemas["LabPatient"], "sex" | "date_of_birth">;
export interface Value {
  value: number;
  comparator: Schemas["Comparator"] | null;
}
/** A number, or the position just below (-1) or above (1) it. */
type Point = [number, number];

const LEVELS = ["critical_low", "low", "normal", "high", "critical_high"] as const;
/** Beyond this many widths of the usual range, a decimal slip is likelier than the value. */
const FAR = 3;

/** The range for the patient's sex and age at collection; a range of their sex before one for any. */
export function rangeFor({ ranges }: Pick<Analyte, "ranges">, patient: Patient, at: Instant): Range | null {
  const age = patient.date_of_birth === null ? null : days(patient.date_of_birth, dayOf(at));
  const fitting = ranges.filter(({ age_from_days: from, age_to_days: to }) =>
    age === null ? from === 0 && to === null : from <= age && (to === null || age < to),
  );
  const own = patient.sex === "female" || patient.sex === "male" ? patient.sex : undefined;
  return fitting.find(({ sex }) => sex === own) ?? fitting.find(({ sex }) => sex === null) ?? null;
}

/** The strongest flag that holds for every value the reading can mean. */
export function flagOf(reading: Value, range: Range | null): Flag {
  if (range === null || [range.low, range.high, range.critical_low, range.critical_high].every((one) => one === null))
    return "no_range";
  const [least, most] = ends(reading, range).map((point) => level(point, range)) as [number, number];
  if (least > 0) return LEVELS[least + 2] as Flag;
  if (most < 0) return LEVELS[most + 2] as Flag;
  return least === most ? "normal" : "indeterminate";
}

/** Normal for one of the usual texts, ignoring case. */
export function flagOfText(text: string, usual: readonly string[]): Flag {
  if (usual.length === 0) return "no_range";
  const typed = text.trim().toLowerCase();
  return usual.some((one) => one.toLowerCase() === typed) ? "normal" : "abnormal";
}

/** Whether the value needs a confirmation before saving. */
export function isUnusual(reading: Value, range: Range | null): boolean {
  const flag = flagOf(reading, range);
  if (flag === "critical_low" || flag === "critical_high") return true;
  const { low = null, high = null } = range ?? {};
  const wide = low !== null && high !== null && high > low ? high - low : Math.abs(low ?? high ?? 0);
  if (wide === 0 || reading.comparator !== null) return false;
  return (low !== null && reading.value < low - FAR * wide) || (high !== null && reading.value > high + FAR * wide);
}

function level(point: Point, { low, high, critical_low, critical_high }: Range): number {
  if (critical_low !== null && !after(point, [critical_low, 0])) return -2;
  if (critical_high !== null && !after([critical_high, 0], point)) return 2;
  if (low !== null && after([low, 0], point)) return -1;
  return high !== null && after(point, [high, 0]) ? 1 : 0;
}

function after(one: Point, other: Point): boolean {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);
}

function ends({ value, comparator }: Value, { low }: Range): [Point, Point] {
  const exact: Point = [value, 0];
  if (comparator === null) return [exact, exact];
  if (comparator.startsWith(">")) return [comparator === ">" ? [value, 1] : exact, [Infinity, 0]];
  const end: Point = comparator === "<" ? [value, -1] : exact;
  // values are ≥ 0 unless the range allows negatives
  const floor = !after([0, 0], end) && (low === null || low >= 0) ? 0 : -Infinity;
  return [[floor, 0], end];
}

function days(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
