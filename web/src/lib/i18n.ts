/** Words and plurals: the server sends codes, the words are in i18n/*.json. English is the fallback for each of them. */
import en from "../i18n/en.json";

export type Key = keyof typeof en;
export type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
export type Words = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, string | number>>;

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
const others = import.meta.glob<Words>(["../i18n/*.json", "!../i18n/en.json"], { import: "default" });

let words: Words = en;
let language = "en";

/** The words for `key`, with each `{name}` replaced by its value. */
export function t(key: Key, values: Values = {}): string {
  return filled(words[key] ?? en[key], values);
}

/** The words for so many of something: `key.one`, `key.other` and what else the language knows. */
export function plural(key: PluralKey, count: number): string {
  const form = new Intl.PluralRules(language).select(count);
  const text = words[`${key}.${form}`] ?? words[`${key}.other`] ?? en[`${key}.other`];
  return filled(text, { count: new Intl.NumberFormat(language).format(count) });
}

/** The words for a code that the server sent, or `otherwise` where there are none. */
export function tCode(prefix: string, code: string, otherwise: string): string {
  return words[`${prefix}.${code}`] ?? (en as Words)[`${prefix}.${code}`] ?? otherwise;
}

/** Takes up the first of the reader's languages that there are words for. */
export async function speak(wanted: readonly string[] = navigator.languages): Promise<void> {
  for (const code of wanted.map((tag) => tag.split("-")[0] ?? tag)) {
    if (code === "en") return;
    const load = others[`../i18n/${code}.json`];
    if (load) return use(code, await load());
  }
}

export function use(code: string, translated: Words): void {
  language = code;
  words = translated;
  document.documentElement.lang = code;
  document.documentElement.dir = RIGHT_TO_LEFT.has(code.split("-")[0] ?? code) ? "rtl" : "ltr";
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
