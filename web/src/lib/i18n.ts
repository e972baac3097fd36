/** Words and plurals: the server sends codes, the words are in i18n/<language>/<room>.json. A page's room is loaded with it. */

import { observable } from "../api/observable";
import type account from "../i18n/en/account.json";
import type admin from "../i18n/en/admin.json";
import type doctor from "../i18n/en/doctor.json";
import type lab from "../i18n/en/lab.json";
import type patient from "../i18n/en/patient.json";
import type publicly from "../i18n/en/public.json";
import type shell from "../i18n/en/shell.json";
import type trail from "../i18n/en/trail.json";
import type ui from "../i18n/en/ui.json";

type English = typeof shell &
  typeof ui &
  typeof publicly &
  typeof account &
  typeof trail &
  typeof patient &
  typeof doctor &
  typeof admin &
  typeof lab;
export type Key = keyof English;
export type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
/** `shell` is what is around every page, `ui` what is in the parts that pages share, `trail` what the audit calls every act. */
export type Room = "shell" | "ui" | "public" | "account" | "trail" | "patient" | "doctor" | "admin" | "lab";
export type Words = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, string | number>>;

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
const CHOSEN = "careplus.language";
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
const files = import.meta.glob<Words>("../i18n/*/*.json", { import: "default" });

/** The language of the words, changed when all of them are there; what is drawn follows it. */
export const language = observable<string>("en");
let words: Words = {};
const loaded = new Set<Room>();
/** The language that was chosen last, while its words are on their way. */
let wanted = "";

/** The words for `key`, with each `{name}` replaced by its value. */
export function t(key: Key, values: Values = {}): string {
  return filled(words[key] ?? key, values);
}

/** The words for so many of something: `key.one`, `key.other` and what else the language knows. */
export function plural(key: PluralKey, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(language.get()).select(count);
  const text = words[`${key}.${form}`] ?? words[`${key}.other`] ?? key;
  return filled(text, { ...values, count: new Intl.NumberFormat(language.get()).format(count) });
}

/** The words for a code that the server sent, or `otherwise` where there are none. */
export function tCode(prefix: string, code: string, otherwise: string): string {
  return words[`${prefix}.${code}`] ?? otherwise;
}

/** Loads the words of rooms, in the language spoken. */
export async function enter(...rooms: Room[]): Promise<void> {
  const code = language.get();
  const missing = rooms.filter((room) => !loaded.has(room));
  const found = await Promise.all(missing.map((room) => wordsOf(code, room)));
  if (code !== language.get()) return enter(...rooms);
  for (const room of missing) loaded.add(room);
  words = Object.assign({}, words, ...found);
}

/** Takes up the reader's choice, or the first of the browser's languages that there are words for. */
export async function speak(tags: readonly string[] = [kept() ?? [], navigator.languages].flat()): Promise<void> {
  const known = tags.map((tag) => tag.split("-")[0] ?? tag).find((code) => code in LANGUAGES);
  // at the start nothing is drawn yet: what is loaded from now on is in that language
  if (known && known !== language.get()) loaded.size === 0 ? use(known, {}) : await change(known);
  await enter("shell");
}

/** Changes the language of everything that is drawn, and remembers it in this browser. */
export async function choose(code: Language): Promise<void> {
  await change(code);
  try {
    localStorage.setItem(CHOSEN, code);
  } catch {
    // this browser keeps nothing; the choice stands until it is closed
  }
}

export function use(code: string, translated: Words): void {
  words = translated;
  document.documentElement.lang = code;
  document.documentElement.dir = RIGHT_TO_LEFT.has(code.split("-")[0] ?? code) ? "rtl" : "ltr";
  language.set(code);
}

async function change(code: string): Promise<void> {
  wanted = code;
  const rooms = [...loaded];
  const found = await Promise.all(rooms.map((room) => wordsOf(code, room)));
  if (wanted !== code) return;
  // a page may have come with its room meanwhile
  if (rooms.length !== loaded.size) return change(code);
  use(code, Object.assign({}, ...found));
}

async function wordsOf(code: string, room: Room): Promise<Words> {
  return (await files[`../i18n/${code}/${room}.json`]?.()) ?? {};
}

function kept(): string | null {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
