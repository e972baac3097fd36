/** The units of typed values, and formatting of saved values for their fields. */
import type { Schemas } from "../../../api/client";
import { decimalMark, parseValue } from "../../../lib/clinical/parse-value";
import { readable } from "../../../lib/clinical/results";

type Analyte = Schemas["Analyte"];
type Observation = Schemas["Observation"];
type Entered = Schemas["EnterObservation"];

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
