/** Parsing of a number that was typed with a comma or a point, and perhaps with its unit. */
import type { Schemas } from "../../api/client";
import { locale } from "../time/time";

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

/** The decimal mark of the page's language. */
export function decimalMark(): string {
  return new Intl.NumberFormat(locale()).formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".";
}
