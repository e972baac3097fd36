import { beforeEach, expect, test, vi } from "vitest";
import { PAT } from "./fixtures";
import { gateway, refusal, tokens } from "./gateway";

const HINT = "careplus.signed-in";
let session: typeof import("../src/lib/session/session");
let account: typeof import("../src/lib/session/account").account;

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  vi.resetModules();
  session = await import("../src/lib/session/session");
  ({ account } = await import("../src/lib/session/account"));
});

/** Send the storage events of another tab: each value of the hint. */
function otherTab(...values: (string | null)[]): Promise<void> {
  for (const newValue of values) dispatchEvent(new StorageEvent("storage", { key: HINT, newValue }));
  return new Promise((resolve) => setTimeout(resolve, 5));
}

const write = (name: string) => sessionStorage.setItem(`careplus.draft.${name}`, '"dizzy"');

test("a browser without a sign-in hint requests no session", async () => {
  const requests = gateway({});
  expect((await session.start()).ok).toBe(true);
  expect(account.get()).toBeNull();
  expect(requests).toEqual([]);
});

test("a session resumes without a password", async () => {
  localStorage.setItem(HINT, "1");
  gateway({ "POST /auth/refresh": [tokens()] });
  await session.start();
  expect(account.get()).toEqual(PAT);
});

test("an ended session is cleared", async () => {
  localStorage.setItem(HINT, "1");
  gateway({ "POST /auth/refresh": [refusal(401, "unauthenticated")] });
  expect((await session.start()).ok).toBe(true);
  expect(account.get()).toBeNull();
  expect(localStorage.getItem(HINT)).toBeNull();
});

test("an offline system leaves the account unknown", async () => {
  localStorage.setItem(HINT, "1");
  gateway({ "POST /auth/refresh": [refusal(503, "unavailable"), tokens()] });
  expect(await session.start()).toMatchObject({ ok: false, problem: { code: "unavailable" } });
  expect(account.get()).toBeUndefined();
  expect((await session.start()).ok).toBe(true);
  expect(account.get()).toEqual(PAT);
});

test("signing in and out", async () => {
  const requests = gateway({
    "POST /auth/login": [tokens()],
    "POST /auth/logout": [new Response(null, { status: 204 })],
  });
  await session.start();
  await session.signIn(PAT.email, "seven-quiet-herons");
  expect(requests[0]?.body).toEqual({ email: PAT.email, password: "seven-quiet-herons" });
  expect(account.get()).toEqual(PAT);
  expect(localStorage.getItem(HINT)).toBe("1");
  await session.signOut();
  expect(account.get()).toBeNull();
  expect(localStorage.getItem(HINT)).toBeNull();
});

test("the next user finds no data, also after a reload", async () => {
  gateway({ "POST /auth/login": [tokens()] });
  write("8.notes.3");
  write(`${PAT.id}.notes.3`);
  write("nobody.register");
  await session.start();
  await session.signIn(PAT.email, "p");
  expect(Object.keys(sessionStorage).sort()).toEqual([
    `careplus.draft.${PAT.id}.notes.3`,
    "careplus.draft.nobody.register",
  ]);
});

test("a wrong password changes nothing", async () => {
  gateway({ "POST /auth/login": [refusal(401, "invalid_credentials")] });
  await session.start();
  expect(await session.signIn(PAT.email, "x")).toMatchObject({ ok: false, problem: { code: "invalid_credentials" } });
  expect(account.get()).toBeNull();
});

test("sign-out and sign-in follow other tabs", async () => {
  gateway({ "POST /auth/login": [tokens()], "POST /auth/refresh": [tokens("theirs", { ...PAT, full_name: "Sam" })] });
  await session.start();
  await session.signIn(PAT.email, "p");
  write("7.book.3");
  await otherTab("left", null);
  expect(account.get()).toBeNull();
  expect(sessionStorage.length).toBe(0);
  await otherTab("1");
  expect(account.get()?.full_name).toBe("Sam");
});

test("an ended session in another tab keeps drafts here", async () => {
  gateway({ "POST /auth/login": [tokens()] });
  await session.start();
  await session.signIn(PAT.email, "p");
  write("7.book.3");
  await otherTab(null);
  expect(account.get()).toEqual(PAT);
  expect(sessionStorage.length).toBe(1);
});

test("sign-out notifies other tabs, an ended session does not", async () => {
  const stored: Record<string, string> = { [HINT]: "1" };
  const notified: string[] = [];
  const setItem = (key: string, value: string): void => {
    stored[key] = value;
    notified.push(value);
  };
  const removeItem = (key: string) => delete stored[key];
  vi.stubGlobal("localStorage", { getItem: (key: string) => stored[key] ?? null, setItem, removeItem });
  gateway({
    "POST /auth/refresh": [refusal(401, "unauthenticated")],
    "POST /auth/login": [tokens()],
    "POST /auth/logout": [new Response(null, { status: 204 })],
  });
  await session.start();
  expect(stored).toEqual({});
  await session.signIn(PAT.email, "p");
  await session.signOut();
  expect(notified).toEqual(["1", "left"]);
  expect(stored).toEqual({});
});

test("a changed account drops drafts and pending requests", async () => {
  const sam = { ...PAT, id: 8, full_name: "Sam" };
  const requests = gateway({
    "POST /auth/login": [tokens()],
    "POST /auth/refresh": [tokens("theirs", sam)],
    "PUT /auth/me": [refusal(401, "unauthenticated"), Response.json(sam)],
  });
  await session.start();
  await session.signIn(PAT.email, "p");
  write("7.book.3");
  const { api, outcome } = await import("../src/api/client");
  const changed = await outcome(api.PUT("/auth/me", { body: { full_name: "Pat M" } }));
  expect(changed).toMatchObject({ ok: false, problem: { code: "unauthenticated" } });
  expect(requests.filter(({ call }) => call === "PUT /auth/me")).toHaveLength(1);
  expect(account.get()).toEqual(sam);
  expect(sessionStorage.length).toBe(0);
});

test("a late session response does not sign in again", async () => {
  let renew: (response: Response) => void = () => {};
  gateway({
    "POST /auth/login": [tokens()],
    "GET /auth/me": [refusal(401, "unauthenticated")],
    "POST /auth/refresh": [() => new Promise<Response>((resolve) => (renew = resolve))],
  });
  await session.start();
  await session.signIn(PAT.email, "p");
  const { api, outcome } = await import("../src/api/client");
  const pending = outcome(api.GET("/auth/me"));
  await otherTab("left", null);
  renew(tokens("late"));
  expect((await pending).ok).toBe(false);
  expect(account.get()).toBeNull();
});

test("a browser without storage requests the session each time", async () => {
  const denied = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: denied, setItem: denied, removeItem: denied });
  gateway({ "POST /auth/refresh": [tokens()] });
  await session.start();
  expect(account.get()).toEqual(PAT);
});
