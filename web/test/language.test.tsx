import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Account } from "../src/api/client";
import { language, loadLocale, loadMessages, use } from "../src/lib/i18n/i18n";
import { useObservable } from "../src/lib/loading/use-observable";
import { account } from "../src/lib/session/account";
import { chooseLanguage } from "../src/lib/session/language";
import { LanguageChoice } from "../src/ui/LanguageChoice";
import { PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw } from "./page";

const GERMAN: Account = { ...PAT, language: "de", version: 2 };
const CALL = "PUT /auth/me/language";
const checked = () => document.querySelector<HTMLInputElement>('input[name="language"]:checked')?.value;

function Choice() {
  const user = useObservable(account);
  useObservable(language);
  return user ? <LanguageChoice account={user} /> : null;
}

beforeEach(async () => {
  await loadMessages("shell", "ui");
  account.set(PAT);
});

afterEach(async () => {
  account.set(null);
  await act(() => {});
  localStorage.clear();
  use("en", {});
  await loadLocale(["en"]);
});

test("the choice changes the pages and the account", async () => {
  const requests = gateway({ [CALL]: [json(GERMAN)] });
  await draw(<Choice />);
  expect(checked()).toBe("en");
  await act(() => document.querySelector<HTMLInputElement>('input[value="de"]')?.click());
  await vi.waitFor(() => expect([language.get(), account.get()]).toEqual(["de", GERMAN]));
  expect(requests.map(({ call, body }) => [call, body])).toEqual([[CALL, { language: "de" }]]);
  await vi.waitFor(() => expect(checked()).toBe("de"));
});

test("the choice shows the account's language, not the page's", async () => {
  account.set(GERMAN);
  await draw(<Choice />);
  expect([language.get(), checked()]).toEqual(["en", "de"]);
});

test("a refused change leaves the account's language", async () => {
  gateway({ [CALL]: [refusal(422, "malformed", { errors: [] })] });
  await chooseLanguage("de");
  expect([language.get(), account.get()?.language]).toEqual(["de", "en"]);
});

test("a person who signed out meanwhile stays signed out", async () => {
  gateway({
    [CALL]: [
      () => {
        account.set(null);
        return json(GERMAN);
      },
    ],
  });
  await chooseLanguage("de");
  expect(account.get()).toBeNull();
});

test("without an account only the pages change", async () => {
  account.set(null);
  const requests = gateway({});
  await chooseLanguage("de");
  expect([language.get(), requests.length]).toEqual(["de", 0]);
});
