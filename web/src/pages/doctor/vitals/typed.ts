/** The typed texts of vital signs as the values of a request, and their mistakes. */
import type { Schemas } from "../../../api/client";
import { parseValue } from "../../../lib/clinical/parse-value";
import { UNITS } from "../../../lib/clinical/vitals";
import type { Mistake } from "../../../lib/forms/form";
import { type Key, t, tCode } from "../../../lib/i18n/i18n";

type Body = Schemas["RecordVitals"];

/** The fields with numbers, in the order of the form; the pressure is both, "142/90". */
export const FIELDS = [
  "pressure",
  "heart_rate",
  "temperature",
  "oxygen_saturation",
  "respiratory_rate",
  "weight",
  "height",
  "pain",
] as const;
export type Field = (typeof FIELDS)[number];
/** By field, and the note. */
export type Typed = Readonly<Partial<Record<Field | "note", string>>>;
export const NOTHING: Typed = {};

const PRESSURE = /^(\d{1,3})(?:\s*[/\\-]\s*(\d{1,3}))?(?:\s*mm\s*hg)?$/i;

/** The id of a field in the page. */
export const idOf = (field: string): string => `vitals-${field}`;

/** The values of a request; undefined in the place of a text that is no value. */
export function valuesOf(typed: Typed): Partial<Record<Field, Partial<Body> | undefined>> {
  const written = FIELDS.filter((field) => typed[field]?.trim());
  return Object.fromEntries(written.map((field) => [field, readValue(field, typed[field]?.trim() ?? "")]));
}

function readValue(field: Field, text: string): Partial<Body> | undefined {
  if (field === "pressure") {
    const [, systolic, diastolic] = PRESSURE.exec(text) ?? [];
    if (!systolic || (diastolic && Number(diastolic) >= Number(systolic))) return undefined;
    return { systolic: Number(systolic), diastolic: diastolic ? Number(diastolic) : null };
  }
  const found = parseValue(text);
  const isForeign = found?.unit !== undefined && plain(found.unit) !== plain(UNITS[field]);
  return found && !found.comparator && !isForeign ? { [field]: found.value } : undefined;
}

function plain(unit: string): string {
  return unit.toLowerCase().replace(/[\s°/]/g, "");
}

export function checked(typed: Typed): Mistake[] {
  const values = Object.entries(valuesOf(typed));
  if (values.length === 0) return [{ field: idOf("pressure"), message: t("vitals.nothing") }];
  return values.flatMap(([field, value]) => (value ? [] : mistake(field)));
}

/** The mistakes of the server's refusal at the fields that the form has. */
export function refused(errors: readonly Schemas["FieldError"][]): Mistake[] {
  return errors.map(({ field, message }) => {
    const name = field.replace(/^body\./, "");
    const at = name === "systolic" || name === "diastolic" ? "pressure" : name;
    const known = at === "note" || FIELDS.some((one) => one === at);
    return { field: known ? idOf(at) : null, message: tCode("malformed", at, message) };
  });
}

function mistake(field: string): Mistake {
  return { field: idOf(field), message: t(`malformed.${field}` as Key) };
}
