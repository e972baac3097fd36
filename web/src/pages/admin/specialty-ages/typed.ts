/** The age limits as the form holds them. */
import type { Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";

export type Saved = Schemas["SpecialtyAges"];
export type Specialty = Saved["specialties"][number];
export type Sides = { from: string; to: string };
/** Of specialties by code. */
export type Typed = Record<string, Sides>;

const OLDEST = 120;

export function typedOf({ specialties }: Saved): Typed {
  return Object.fromEntries(
    specialties.map(({ code, limits }) => [
      code,
      { from: String(limits?.min_age ?? ""), to: String(limits?.max_age ?? "") },
    ]),
  );
}

export function bodyOf(typed: Typed): Schemas["SetSpecialtyAges"] {
  const limits = Object.entries(typed)
    .filter(([, { from, to }]) => from.trim() || to.trim())
    .map(([code, { from, to }]) => ({ code, min_age: yearsOf(from), max_age: yearsOf(to) }));
  return { limits };
}

export function checkedAges(typed: Typed): Mistake[] {
  return Object.entries(typed).flatMap(([code, { from, to }]): Mistake[] => {
    if (!isAge(from)) return [{ field: `from-${code}`, message: t("specialty_ages.wrong.age") }];
    if (!isAge(to)) return [{ field: `to-${code}`, message: t("specialty_ages.wrong.age") }];
    const [youngest, oldest] = [yearsOf(from), yearsOf(to)];
    const wrong = youngest !== null && oldest !== null && youngest > oldest;
    return wrong ? [{ field: `to-${code}`, message: t("specialty_ages.wrong.order") }] : [];
  });
}

function isAge(text: string): boolean {
  return /^\s*\d{0,3}\s*$/.test(text) && Number(text) <= OLDEST;
}

function yearsOf(text: string): number | null {
  return text.trim() ? Number(text) : null;
}
