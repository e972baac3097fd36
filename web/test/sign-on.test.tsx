import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onAccount } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { go } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import SignIn from "../src/pages/public/sign-in";
import { config, PAT } from "./fixtures";
import { gateway, json, refusal, tokens } from "./gateway";
import { draw, press, settled } from "./page";

const START = "POST /auth/oidc/start";
const CALLBACK = "POST /auth/oidc/callback";
const STATE = "s".repeat(43);
const PROVIDER = "https://id.example.org/authorize?client_id=careplus";

beforeEach(async () => {
  await loadMessages("ui", "public");
  onAccount((known) => account.set(known));
  account.set(null);
});

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
  account.set(null);
  go("/");
});

function signIn(query = "", label: string | null = "Clinic account") {
  go(`/sign-in${query}`);
  const props = { params: {}, query: new URLSearchParams(query), account: null };
  return draw(<SignIn {...props} config={config({ sign_on: label })} />);
}

test("a hospital without a sign-on has no button", async () => {
  gateway({});
  expect((await signIn("", null)).textContent).not.toContain("Continue with");
});

test("the button opens the provider, and keeps the address to return to in this tab", async () => {
  const left = vi.spyOn(location, "assign").mockImplementation(() => {});
  const requests = gateway({ [START]: [json({ url: PROVIDER })] });
  await signIn("?next=/doctor/week");
  await press("Continue with Clinic account");
  expect(left).toHaveBeenCalledExactlyOnceWith(PROVIDER);
  expect(requests.map(({ headers }) => headers.get("X-CarePlus"))).toEqual(["1"]);
  expect(sessionStorage.getItem("careplus.sign-on.next")).toBe("/doctor/week");
});

test("a provider that does not answer leaves the form with e-mail and password", async () => {
  const left = vi.spyOn(location, "assign").mockImplementation(() => {});
  gateway({ [START]: [refusal(503, "sign_on_unavailable", {}, { "Retry-After": "10" })] });
  const page = await signIn();
  await press("Continue with Clinic account");
  expect(page.querySelector("[role=alert]")?.textContent).toContain("does not answer");
  expect(page.querySelector("#password")).not.toBeNull();
  expect(left).not.toHaveBeenCalled();
});

test("a return is completed once, and its code leaves the address bar", async () => {
  sessionStorage.setItem("careplus.sign-on.next", "/doctor/week");
  const requests = gateway({ [CALLBACK]: [tokens()] });
  await signIn(`?code=abc&state=${STATE}&iss=https://id.example.org`);
  await settled();
  expect(requests.map(({ call, body }) => [call, body])).toEqual([
    [CALLBACK, { code: "abc", state: STATE, iss: "https://id.example.org" }],
  ]);
  expect(location.search).toBe("?next=%2Fdoctor%2Fweek");
  expect(account.get()?.id).toBe(PAT.id);
  expect(sessionStorage.getItem("careplus.sign-on.next")).toBeNull();
});

test("a refused return says why, and what to do", async () => {
  gateway({ [CALLBACK]: [refusal(403, "sign_on_refused", { cause: "role" })] });
  const page = await signIn(`?code=abc&state=${STATE}`);
  await settled();
  expect(page.querySelector("[role=alert]")?.textContent).toContain("names no group for the role");
  expect(account.get()).toBeNull();
});

test("a cancelled sign-on sends no request", async () => {
  const requests = gateway({});
  const page = await signIn(`?error=access_denied&state=${STATE}`);
  expect(page.querySelector("[role=alert]")?.textContent).toContain("cancelled");
  expect(requests).toEqual([]);
});
