/** Messages and plurals. The server sends codes; the texts are in i18n/<language>/<room>.json, loaded with the pages. */

import { observable } from "../../api/observable";
import type account from "../../i18n/en/account.json";
import type admin from "../../i18n/en/admin.json";
import type availability from "../../i18n/en/availability.json";
import type bookings from "../../i18n/en/bookings.json";
import type calendars from "../../i18n/en/calendars.json";
import type certificates from "../../i18n/en/certificates.json";
import type changes from "../../i18n/en/changes.json";
import type closedDays from "../../i18n/en/closed_days.json";
import type critical from "../../i18n/en/critical.json";
import type desk from "../../i18n/en/desk.json";
import type doctor from "../../i18n/en/doctor.json";
import type follow_ups from "../../i18n/en/follow_ups.json";
import type lab from "../../i18n/en/lab.json";
import type letters from "../../i18n/en/letters.json";
import type patient from "../../i18n/en/patient.json";
import type prescribe from "../../i18n/en/prescribe.json";
import type privacy from "../../i18n/en/privacy.json";
import type problems from "../../i18n/en/problems.json";
import type publicly from "../../i18n/en/public.json";
import type record from "../../i18n/en/record.json";
import type refills from "../../i18n/en/refills.json";
import type screens from "../../i18n/en/screens.json";
import type series from "../../i18n/en/series.json";
import type shell from "../../i18n/en/shell.json";
import type specialtyAges from "../../i18n/en/specialty_ages.json";
import type templates from "../../i18n/en/templates.json";
import type trail from "../../i18n/en/trail.json";
import type ui from "../../i18n/en/ui.json";
import type visit from "../../i18n/en/visit.json";
import type visitTypes from "../../i18n/en/visit_types.json";
import type vitals from "../../i18n/en/vitals.json";
import type waitlist from "../../i18n/en/waitlist.json";

type English = typeof shell &
  typeof ui &
  typeof problems &
  typeof publicly &
  typeof account &
  typeof calendars &
  typeof privacy &
  typeof templates &
  typeof trail &
  typeof patient &
  typeof record &
  typeof closedDays &
  typeof screens &
  typeof series &
  typeof specialtyAges &
  typeof critical &
  typeof bookings &
  typeof refills &
  typeof doctor &
  typeof availability &
  typeof certificates &
  typeof changes &
  typeof follow_ups &
  typeof letters &
  typeof prescribe &
  typeof visit &
  typeof visitTypes &
  typeof vitals &
  typeof waitlist &
  typeof admin &
  typeof lab &
  typeof desk;
export type Key = keyof English;
export type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
/** A file of messages: `shell` is the frame of every page, `ui` shared components, `problems` the refusals, `trail` the names of audited actions,
 * `visit`, `vitals` and `templates` the ones of one kind of page. */
export type Room =
  | "shell"
  | "ui"
  | "problems"
  | "public"
  | "account"
  | "calendars"
  | "privacy"
  | "templates"
  | "trail"
  | "patient"
  | "record"
  | "closed_days"
  | "screens"
  | "series"
  | "specialty_ages"
  | "critical"
  | "bookings"
  | "refills"
  | "doctor"
  | "availability"
  | "certificates"
  | "changes"
  | "follow_ups"
  | "letters"
  | "prescribe"
  | "visit"
  | "visit_types"
  | "vitals"
  | "waitlist"
  | "admin"
  | "lab"
  | "desk";
export type Words = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, string | number>>;

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
const CHOSEN = "careplus.language";
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
const files = import.meta.glob<Words>("../../i18n/*/*.json", { import: "default" });

/** The current language; set after its messages are loaded, and then everything is drawn again. */
export const language = observable<string>("en");
let words: Words = {};
const loaded = new Set<Room>();
/** The language chosen last, while its messages are loading. */
let wanted = "";

/** The message for `key`, with each `{name}` replaced by its value. */
export function t(key: Key, values: Values = {}): string {
  return filled(words[key] ?? key, values);
}

/** The message for a count: `key.one`, `key.other` and further plural forms of the language. */
export function plural(key: PluralKey, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(language.get()).select(count);
  const text = words[`${key}.${form}`] ?? words[`${key}.other`] ?? key;
  return filled(text, { ...values, count: new Intl.NumberFormat(language.get()).format(count) });
}

/** The message for a code of the server, or `otherwise` if there is none. */
export function tCode(prefix: string, code: string, otherwise: string): string {
  return words[`${prefix}.${code}`] ?? otherwise;
}

/** Returns the codes that the loaded rooms have words for under a prefix, in the order of the file. */
export function codesOf(prefix: string): string[] {
  return Object.keys(words)
    .filter((key) => key.startsWith(`${prefix}.`))
    .map((key) => key.slice(prefix.length + 1));
}

/** Load message files in the current language; `problems` come with `ui`, because every page can meet a refusal. */
export async function loadMessages(...rooms: Room[]): Promise<void> {
  const code = language.get();
  const needed: Room[] = rooms.includes("ui") ? [...rooms, "problems"] : rooms;
  const missing = needed.filter((room) => !loaded.has(room));
  const found = await Promise.all(missing.map((room) => wordsOf(code, room)));
  if (code !== language.get()) return loadMessages(...rooms);
  for (const room of missing) loaded.add(room);
  words = Object.assign({}, words, ...found);
}

/** Use the language chosen before, or the first of the browser's languages that is translated. */
export async function loadLocale(
  tags: readonly string[] = [storedLanguage() ?? [], navigator.languages].flat(),
): Promise<void> {
  const known = tags.map((tag) => tag.split("-")[0] ?? tag).find((code) => code in LANGUAGES);
  // at the start no message is loaded yet: set the language without loading
  if (known && known !== language.get()) loaded.size === 0 ? use(known, {}) : await change(known);
  await loadMessages("shell");
}

/** Change the language and remember it in this browser. */
export async function choose(code: Language): Promise<void> {
  await change(code);
  try {
    localStorage.setItem(CHOSEN, code);
  } catch {
    // no local storage: the choice lasts until the tab is closed
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
  // a page may have loaded its messages meanwhile
  if (rooms.length !== loaded.size) return change(code);
  use(code, Object.assign({}, ...found));
}

/** The messages of one file in one language. */
export async function wordsOf(code: string, room: Room): Promise<Words> {
  return (await files[`../../i18n/${code}/${room}.json`]?.()) ?? {};
}

function storedLanguage(): string | null {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

export function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
