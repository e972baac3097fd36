/** Parsing of typed values, and formatting of saved values for their fields. */
import type { Schemas } from "../../../api/client";
import { locale } from "../../../lib/time/time";
import type { Value } from "./flags";

type Analyte = Schemas["Analyte"];
type Observation = Schemas["Observation"];
type Entered = Schemas["EnterObservation"];

/**
 * The number of a typed text: "3.4", "3,4", "<5", "> 200". Undefined if invalid, or if a comma or point foreign to the
 * page's language may separate thousands: "1,234" in English, "1.234" in German.
 */
export function parseValue(text: string): Value | undefined {
  const found = /^([<>])?\s*([+\-−]?)(\d+)(?:([.,])(\d+))?$/.exec(text.trim());
  if (!found) return undefined;
  const [, sign, minus, whole = "", mark, part = ""] = found;
  if (mark && mark !== decimalMark() && part.length === 3 && whole.length <= 3 && whole !== "0") return undefined;
  const value = Number(`${minus === "+" || !minus ? "" : "-"}${whole}.${part || "0"}`);
  if (Math.abs(value) > 1e9) return undefined;
  return { value, comparator: sign === "<" || sign === ">" ? sign : null };
}

/** A saved value as text for its field. */
export function typed({ value, comparator, text }: Pick<Observation, "value" | "comparator" | "text">): string {
  return value === null ? (text ?? "") : `${comparator ?? ""}${String(value).replace(".", decimalMark())}`;
}

/** The request value of a typed text; undefined if invalid. */
export function entered({ code, kind }: Analyte, text: string): Entered | undefined {
  if (kind === "text") return { analyte: code, text: text.trim() };
  const found = parseValue(text);
  return found && { analyte: code, ...found };
}

function decimalMark(): string {
  return new Intl.NumberFormat(locale()).formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".";
}
