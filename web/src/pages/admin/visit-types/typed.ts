/** A visit type as the form holds it. */
import type { Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";

export type Type = Schemas["VisitType"];

const TEXTS = ["name_en", "name_de", "price", "video_template", "preparation_en", "preparation_de"] as const;
const NUMBERS = ["minutes", "buffer_minutes"] as const;
export type Text = (typeof TEXTS)[number] | (typeof NUMBERS)[number];
export type Typed = Record<Text, string> & { staff_only: boolean; active: boolean };
export const FIELDS: readonly Text[] = [...TEXTS, ...NUMBERS];

export function typedOf(type: Type | null): Typed {
  return {
    name_en: type?.name_en ?? "",
    name_de: type?.name_de ?? "",
    minutes: String(type?.minutes ?? 30),
    buffer_minutes: String(type?.buffer_minutes ?? 0),
    preparation_en: type?.preparation_en ?? "",
    preparation_de: type?.preparation_de ?? "",
    price: type?.price ?? "",
    video_template: type?.video_template ?? "",
    staff_only: type?.staff_only ?? false,
    active: type?.active ?? true,
  };
}

export function bodyOf(typed: Typed): Schemas["NewVisitType"] {
  const text = (name: Text): string | null => typed[name].trim() || null;
  return {
    name_en: typed.name_en.trim(),
    name_de: typed.name_de.trim(),
    minutes: Number(typed.minutes),
    buffer_minutes: Number(typed.buffer_minutes),
    staff_only: typed.staff_only,
    preparation_en: text("preparation_en"),
    preparation_de: text("preparation_de"),
    price: text("price"),
    video_template: text("video_template"),
  };
}

export function checked(typed: Typed): Mistake[] {
  const wrong = (field: Text, is: boolean, message: string): Mistake[] => (is ? [{ field, message }] : []);
  const within = (text: string, least: number, most: number): boolean =>
    /^\s*\d{1,3}\s*$/.test(text) && Number(text) >= least && Number(text) <= most;
  const one = !typed.preparation_en.trim() !== !typed.preparation_de.trim();
  const missing = typed.preparation_en.trim() ? "preparation_de" : "preparation_en";
  return [
    ...wrong("name_en", !typed.name_en.trim(), t("visit_types.wrong.name")),
    ...wrong("name_de", !typed.name_de.trim(), t("visit_types.wrong.name")),
    ...wrong("minutes", !within(typed.minutes, 5, 480), t("visit_types.wrong.minutes")),
    ...wrong("buffer_minutes", !within(typed.buffer_minutes, 0, 240), t("visit_types.wrong.buffer")),
    ...wrong(missing, one, t("visit_types.wrong.preparation")),
    ...wrong("video_template", !isTemplate(typed.video_template.trim()), t("visit_types.wrong.video")),
  ];
}

function isTemplate(text: string): boolean {
  return text === "" || (/^https:\/\/[^/{}]+\/[^{}]*\{code\}[^{}]*$/.test(text) && !text.includes(" "));
}
