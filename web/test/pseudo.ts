/** The pseudo-locale: accented English, 40 % longer, shows untranslated texts and narrow layouts. */
import type { Words } from "../src/lib/i18n/i18n";

const ACCENTED: Record<string, string> = {
  a: "á",
  e: "é",
  i: "í",
  o: "ó",
  u: "ú",
  A: "Á",
  E: "É",
  I: "Í",
  O: "Ó",
  U: "Ú",
};

export function pseudo(words: Words): Words {
  return Object.fromEntries(Object.entries(words).map(([key, text]) => [key, longer(text)]));
}

function longer(text: string): string {
  const accented = text.replace(/\{\w+\}|[aeiouAEIOU]/g, (found) => ACCENTED[found] ?? found);
  return `[${accented}${"~".repeat(Math.ceil(text.length * 0.4))}]`;
}
