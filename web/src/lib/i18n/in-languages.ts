/** Texts that the server sends in each language of the portals. */
import type { Schemas } from "../../api/client";
import { locale } from "../time/time";
import { language } from "./i18n";

export type InLanguages = Schemas["InLanguages"];

/** The text in the reader's language; English where there is none. */
export function inLanguage(texts: InLanguages): string {
  return texts[language.get() as keyof InLanguages] ?? texts.en;
}

/** The name of a test or an analyte in the reader's language; the stored one in a draft of an earlier version. */
export function nameOf(of: { name: string; names: InLanguages }): string {
  return of.names ? inLanguage(of.names) : of.name;
}

/** The name of a result's test in the reader's language. */
export function testNameOf(of: { test_names: InLanguages }): string {
  return inLanguage(of.test_names);
}

/** The name of a specialty in the reader's language; as it is stored where the server sends no names. */
export function specialtyName(of: { specialty: string | null; specialty_names: InLanguages | null }): string | null {
  return of.specialty_names ? inLanguage(of.specialty_names) : of.specialty;
}

/** The name of the specialty that a referral is sent to. */
export function receiverName(of: {
  to_specialty: string | null;
  to_specialty_names: InLanguages | null;
}): string | null {
  return specialtyName({ specialty: of.to_specialty, specialty_names: of.to_specialty_names });
}

/** "Dermatology, General practice", in the order given. */
export function allInLanguage(texts: readonly InLanguages[]): string {
  return new Intl.ListFormat(locale(), { type: "unit" }).format(texts.map(inLanguage));
}
