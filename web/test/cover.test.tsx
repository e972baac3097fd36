import { act } from "preact/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { CONFIG, PAT } from "./fixtures";
import { gateway, json, tokens } from "./gateway";
import { draw, heading, press, settled, type } from "./page";

const typed = () => document.querySelector<HTMLInputElement>("#phone")?.value;

beforeEach(() => {
  localStorage.clear();
  localStorage.setItem("careplus.signed-in", "1");
  vi.resetModules();
});

async function openProfile(): Promise<void> {
  history.replaceState(null, "", "/profile");
  await (await import("../src/lib/i18n/i18n")).loadLocale(["en"]);
  gateway({
    "GET /api/config": [json(CONFIG)],
    "GET /auth/me": [json(PAT)],
    "POST /auth/refresh": [tokens()],
    "POST /auth/login": [tokens()],
  });
  const { App } = await import("../src/app");
  await draw(<App />);
  for (let turn = 0; turn < 200 && !document.getElementById("phone"); turn += 1) await settled();
}

async function end(): Promise<void> {
  const { sessionExpired } = await import("../src/api/client");
  await act(() => sessionExpired.set(true));
  for (let turn = 0; turn < 200 && !document.querySelector("dialog[open]"); turn += 1) await settled();
}

test("a page whose session ended is out of the document", async () => {
  await openProfile();
  const title = heading();
  expect(title).not.toBe("");
  await end();
  expect(document.querySelector("h1")).toBeNull();
  expect([...document.body.children].map((one) => one.firstElementChild?.tagName)).toEqual(["DIALOG"]);
  expect(document.title).toBe("Your session has ended");
});

test("the page returns with its typed text after a new sign-in", async () => {
  await openProfile();
  const title = [heading(), document.title];
  await type("phone", "+49 30 5550 9999");
  document.getElementById("phone")?.focus();
  await end();
  expect(typed()).toBeUndefined();
  await type("again_password", "seven-quiet-herons");
  await press("Sign in and go on");
  expect([heading(), document.title]).toEqual(title);
  expect(typed()).toBe("+49 30 5550 9999");
  expect(document.activeElement?.id).toBe("phone");
  expect(document.querySelector("dialog")).toBeNull();
});
