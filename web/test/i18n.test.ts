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

test("messages insert values and show missing ones", () => {
  expect(t("header.home", { hospital: "St Alba" })).toBe("St Alba, front page");
  expect(t("header.home")).toBe("{hospital}, front page");
});

test("plurals follow the number", () => {
  expect(plural("wait.seconds", 1)).toBe("Try again in 1 second.");
  expect(plural("wait.seconds", 1200)).toBe("Try again in 1,200 seconds.");
});

test("a code without a message keeps the server's text", () => {
  expect(tCode("problem", "unavailable", "x")).toContain("Nothing was lost");
  expect(tCode("problem", "never_heard_of", "The server's own sentence.")).toBe("The server's own sentence.");
});

test("message files load in the current and in later languages", async () => {
  await loadMessages("ui");
  expect(t("appointment.booked")).toBe("Booked");
  await choose("de");
  expect(t("appointment.booked")).toBe("Gebucht");
  expect(t("sign_in")).toBe(de.sign_in);
  expect(document.documentElement.lang).toBe("de");
  await choose("en");
  expect(t("appointment.booked")).toBe("Booked");
});

test("the last chosen language wins, also for files loaded since", async () => {
  const german = choose("de");
  await loadMessages("lab");
  await Promise.all([german, choose("en"), choose("de")]);
  expect(language.get()).toBe("de");
  for (const [key, text] of Object.entries(every["../src/i18n/de/lab.json"] ?? {})) expect(t(key as Key)).toBe(text);
});

test("a right-to-left language sets the page direction", () => {
  use("ar", { sign_in: "تسجيل الدخول" });
  expect(t("sign_in")).toBe("تسجيل الدخول");
  expect(document.documentElement.dir).toBe("rtl");
});

test("an unsupported language stays English", async () => {
  await loadLocale(["xx-YY", "en-GB"]);
  expect(language.get()).toBe("en");
});

test("the first supported browser language is used", async () => {
  await loadLocale(["fr-FR", "de-AT", "en"]);
  expect(language.get()).toBe("de");
});

test("each key is in one message file", () => {
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

test("the pseudo-locale is 40 % longer and keeps placeholders", () => {
  use("en-XA", pseudo(shell));
  for (const [key, text] of Object.entries(shell)) {
    expect(t(key as Key).length).toBeGreaterThanOrEqual(Math.floor(text.length * 1.4));
    expect(places(t(key as Key))).toEqual(places(text));
  }
});

function places(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(String).sort();
}
