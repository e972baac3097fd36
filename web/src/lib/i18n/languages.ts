/** The names of languages, in the language of the page. */
import { locale } from "../time/time";

/** "German" for `de`; an unknown code is returned unchanged. */
export function languageName(code: string): string {
  return new Intl.DisplayNames(locale(), { type: "language" }).of(code) ?? code;
}

/** "English, German and French", in the order given. */
export function languageNames(codes: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(codes.map(languageName));
}
