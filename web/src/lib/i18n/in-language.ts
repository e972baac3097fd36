/** A text that the server sends in each language, in the one of the portal. */
import type { Schemas } from "../../api/client";
import { language } from "./i18n";

export function inLanguage(text: Schemas["InLanguages"]): string {
  return language.get() === "de" ? text.de : text.en;
}
