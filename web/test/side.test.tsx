import { afterEach, beforeEach, expect, test } from "vitest";
import { type Account, api, keep, onAccount, outcome, type Tokens } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { address, go } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { openSide } from "../src/lib/session/side";
import { OwnRecord } from "../src/pages/account/own-record";
import SignIn from "../src/pages/public/sign-in";
import { config, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const LINK = "/auth/me/record";
const AT_WORK: Account = { ...PAT, id: 90, role: "reception", email: "desk@example.org" };
const LINKED = {
  work: { id: AT_WORK.id, full_name: AT_WORK.full_name },
  record: { id: PAT.id, full_name: PAT.full_name },
  linked_at: "2030-01-07T09:00:00Z",
};

function opened(who: Account, other_side: Tokens["other_side"]): Tokens {
  const expiry = { expires_in: 600, idle_seconds: 1800, must_enrol: false };
  return { access_token: `of-${who.id}`, token_type: "bearer", ...expiry, other_side, account: who };
}

beforeEach(async () => {
  await loadMessages("ui", "public", "account");
  onAccount((known) => account.set(known));
});

afterEach(() => {
  keep(null);
  localStorage.clear();
  go("/");
});

async function arrived(): Promise<string> {
  go("/sign-in");
  const props = { params: {}, query: new URLSearchParams(), config: config({}) };
  await draw(<SignIn {...props} account={account.get() ?? null} />);
  await settled();
  await settled();
  return address.get().path;
}

test("a sign-in at work with a linked record asks once on this device", async () => {
  gateway({ "POST /auth/switch": [json(opened(PAT, "work")), json(opened(AT_WORK, "record"))] });
  keep(opened(AT_WORK, "record"));
  expect(await arrived()).toBe("/side");
  await openSide("record");
  expect(account.get()?.id).toBe(PAT.id);
  await openSide("work");
  expect(account.get()?.id).toBe(AT_WORK.id);
  expect(await arrived()).toBe("/");
  expect(account.get()?.id).toBe(AT_WORK.id);
});

test("a device that remembers the record opens it", async () => {
  const requests = gateway({ "POST /auth/switch": [json(opened(PAT, "work"))] });
  localStorage.setItem(`careplus.side.${AT_WORK.id}`, "record");
  keep(opened(AT_WORK, "record"));
  expect(await arrived()).toBe("/");
  expect(account.get()?.id).toBe(PAT.id);
  expect(requests.map(({ body }) => body)).toEqual([{ to: "record" }]);
});

test("a request of one side is never sent with the token of the other", async () => {
  const requests = gateway({
    "POST /auth/switch": [json(opened(PAT, "work"))],
    "GET /auth/me": [refusal(401, "unauthenticated")],
  });
  keep(opened(AT_WORK, "record"));
  const asked = outcome(api.GET("/auth/me"));
  await openSide("record");
  expect((await asked).ok).toBe(false);
  const sent = requests.filter(({ call }) => call === "GET /auth/me");
  expect(sent.map(({ headers }) => headers.get("Authorization"))).toEqual(["Bearer of-90"]);
});

test("a link asks for the second factor of the record, and tells that it is made", async () => {
  const asked = refusal(403, "record_factor_required", { app: true, passkey: null });
  const requests = gateway({
    [`GET ${LINK}`]: [json({ linked: null })],
    [`POST ${LINK}`]: [asked, json(LINKED)],
    "POST /auth/refresh": [json(opened(AT_WORK, "record"))],
  });
  keep(opened(AT_WORK, null));
  const page = await draw(<OwnRecord account={AT_WORK} />);
  await settled();
  await type("email", "own@example.org");
  await type("record_password", "seven-quiet-herons");
  await press("Link my record");
  await settled();
  await type("record_otp", "123456");
  await press("Link my record");
  await settled();
  expect(page.textContent).toContain("Your record is linked.");
  const bodies = requests.filter(({ call }) => call === `POST ${LINK}`).map(({ body }) => body);
  expect(bodies[1]).toEqual({ email: "own@example.org", password: "seven-quiet-herons", otp: "123456" });
});

test("a patient without a work account reads nothing about it", async () => {
  gateway({ [`GET ${LINK}`]: [json({ linked: null })] });
  keep(opened(PAT, null));
  const page = await draw(<OwnRecord account={PAT} />);
  await settled();
  expect(page.textContent).toBe("");
});
