import { afterEach, expect, test } from "vitest";
import en from "../src/i18n/en.json";
import { plural, speak, t, tCode, use } from "../src/lib/i18n";
import { pseudo } from "./pseudo";

afterEach(() => use("en", en));

test("words with values; a value that is missing shows", () => {
  expect(t("sign_in.lead", { hospital: "St Alba" })).toBe("to St Alba");
  expect(t("sign_in.lead")).toBe("to {hospital}");
});

test("plurals", () => {
  expect(plural("wait.seconds", 1)).toBe("Try again in 1 second.");
  expect(plural("wait.seconds", 1200)).toBe("Try again in 1,200 seconds.");
});

test("codes that have no words keep the server's", () => {
  expect(tCode("problem", "email_taken", "x")).toContain("already");
  expect(tCode("problem", "never_heard_of", "The server's own sentence.")).toBe("The server's own sentence.");
});

test("another language falls back to English word by word, and turns the page around where it reads so", () => {
  use("ar", { "sign_in.title": "تسجيل الدخول" });
  expect(t("sign_in.title")).toBe("تسجيل الدخول");
  expect(t("register.title")).toBe("Create an account");
  expect(document.documentElement.lang).toBe("ar");
  expect(document.documentElement.dir).toBe("rtl");
});

test("a language that there are no words for stays English", async () => {
  await speak(["xx-YY", "en-GB"]);
  expect(t("sign_in.title")).toBe("Sign in");
});

test("the pseudo-locale is 40 % longer and keeps every value's place", () => {
  use("en-XA", pseudo(en));
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(t(key).length).toBeGreaterThanOrEqual(Math.floor(en[key].length * 1.4));
    expect([...t(key).matchAll(/\{\w+\}/g)].map(String)).toEqual([...en[key].matchAll(/\{\w+\}/g)].map(String));
  }
});
