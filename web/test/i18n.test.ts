import { afterEach, expect, test } from "vitest";
import de from "../src/i18n/de/shell.json";
import shell from "../src/i18n/en/shell.json";
import { choose, type Key, language, loadLocale, loadMessages, plural, t, tCode, use } from "../src/lib/i18n/i18n";
import { pseudo } from "./pseudo";

const every = import.meta.glob<Record<string, string>>("../src/i18n/*/*.json", { eager: true, import: "default" });
const room = (path: string): string => path.split("/").pop() ?? "";
const english = Object.entries(every).filter(([path]) => path.includes("/en/"));

afterEach(async () => {
  use("en", shell);
  await loadLocale(["en"]);
});

test("words with values; a value that is missing shows", () => {
  expect(t("header.home", { hospital: "St Alba" })).toBe("St Alba, front page");
  expect(t("header.home")).toBe("{hospital}, front page");
});

test("plurals", () => {
  expect(plural("wait.seconds", 1)).toBe("Try again in 1 second.");
  expect(plural("wait.seconds", 1200)).toBe("Try again in 1,200 seconds.");
});

test("codes that have no words keep the server's", () => {
  expect(tCode("problem", "unavailable", "x")).toContain("Nothing was lost");
  expect(tCode("problem", "never_heard_of", "The server's own sentence.")).toBe("The server's own sentence.");
});

test("a room's words come with it, in the language that is spoken then and later", async () => {
  await loadMessages("ui");
  expect(t("appointment.booked")).toBe("Booked");
  await choose("de");
  expect(t("appointment.booked")).toBe("Gebucht");
  expect(t("sign_in")).toBe(de.sign_in);
  expect(document.documentElement.lang).toBe("de");
  await choose("en");
  expect(t("appointment.booked")).toBe("Booked");
});

test("the language that was chosen last is spoken, and a room that came meanwhile has its words in it", async () => {
  const german = choose("de");
  await loadMessages("lab");
  await Promise.all([german, choose("en"), choose("de")]);
  expect(language.get()).toBe("de");
  for (const [key, text] of Object.entries(every["../src/i18n/de/lab.json"] ?? {})) expect(t(key as Key)).toBe(text);
});

test("a language that is written from the right turns the page around", () => {
  use("ar", { sign_in: "تسجيل الدخول" });
  expect(t("sign_in")).toBe("تسجيل الدخول");
  expect(document.documentElement.dir).toBe("rtl");
});

test("a language that there are no words for stays English", async () => {
  await loadLocale(["xx-YY", "en-GB"]);
  expect(language.get()).toBe("en");
});

test("the first of the browser's languages that is known is taken", async () => {
  await loadLocale(["fr-FR", "de-AT", "en"]);
  expect(language.get()).toBe("de");
});

test("no key stands in two rooms", () => {
  const keys = english.flatMap(([, words]) => Object.keys(words));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});

test.each(english)("%s is complete in every language, with the same values", (path, words) => {
  for (const [other, translated] of Object.entries(every)) {
    if (room(other) !== room(path)) continue;
    expect(Object.keys(translated).sort(), other).toEqual(Object.keys(words).sort());
    for (const [key, text] of Object.entries(words))
      expect(places(translated[key] ?? ""), `${other} ${key}`).toEqual(places(text));
  }
});

test("the pseudo-locale is 40 % longer and keeps every value's place", () => {
  use("en-XA", pseudo(shell));
  for (const [key, text] of Object.entries(shell)) {
    expect(t(key as Key).length).toBeGreaterThanOrEqual(Math.floor(text.length * 1.4));
    expect(places(t(key as Key))).toEqual(places(text));
  }
});

function places(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(String).sort();
}
