/** Parsing of typed values, and formatting of saved values for their fields. */
import type { Schemas } from "../../../api/client";
import { readable } from "../../../lib/clinical/results";
import { locale } from "../../../lib/time/time";

type Analyte = Schemas["Analyte"];
type Observation = Schemas["Observation"];
type Entered = Schemas["EnterObservation"];

export interface Value {
  value: number;
  comparator: Schemas["Comparator"] | null;
}

const COMPARATORS = { "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=" } as const;
const TYPED =
  /^([<>]=?|[≤≥])?\s*([+\-−]?)(\d+)(?:([.,])(\d+))?(?:\s*((?!e\d)[^\d\s<>≤≥=.,+−-][^<>≤≥]*)|\s+(10[*^].+))?$/i;

/**
 * The number of a typed text and the unit, if one is written: "3.4", "3,4", "<5", "≥ 200", "12,5 g/dl". Undefined if
 * invalid, or if a comma or point foreign to the page's language may separate thousands: "1,234" in English, "1.234" in
 * German.
 */
export function parseValue(text: string): (Value & { unit?: string }) | undefined {
  const found = TYPED.exec(text.trim());
  if (!found) return undefined;
  const [, sign, minus, whole = "", mark, part = "", after, power] = found;
  if (mark && mark !== decimalMark() && part.length === 3 && whole.length <= 3 && whole !== "0") return undefined;
  const value = Number(`${minus === "+" || !minus ? "" : "-"}${whole}.${part || "0"}`);
  if (Math.abs(value) > 1e9) return undefined;
  const unit = after ?? power;
  return { value, comparator: sign ? COMPARATORS[sign as keyof typeof COMPARATORS] : null, ...(unit && { unit }) };
}

/** Whether a written unit is the analyte's, as UCUM writes it or as it is printed. */
export function isUnitOf(ucum: string | null, written: string): boolean {
  return ucum !== null && [ucum, readable(ucum)].some((own) => plain(own) === plain(written));
}

/** The unit written in a text for an analyte with another one, or null. */
export function foreignUnit({ unit }: Pick<Analyte, "unit">, text: string): string | null {
  const written = parseValue(text)?.unit;
  return written === undefined || isUnitOf(unit, written) ? null : written;
}

function plain(unit: string): string {
  return unit
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_[\]{}*^']/g, "")
    .replaceAll("μ", "u")
    .replaceAll(",", ".")
    .replace(/^[x×]/, "")
    .replace("arbu", "u")
    .replace(/^mcg/, "ug");
}

/** A saved value as text for its field. */
export function typed({ value, comparator, text }: Pick<Observation, "value" | "comparator" | "text">): string {
  return value === null ? (text ?? "") : `${comparator ?? ""}${String(value).replace(".", decimalMark())}`;
}

/** The request value of a typed text; undefined if invalid. */
export function entered({ code, kind, unit }: Analyte, text: string): Entered | undefined {
  if (kind === "text") return { analyte: code, text: text.trim() };
  const found = parseValue(text);
  // the unit beside the field applies to a bare number
  return found && { analyte: code, value: found.value, comparator: found.comparator, unit };
}

function decimalMark(): string {
  return new Intl.NumberFormat(locale()).formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".";
}
