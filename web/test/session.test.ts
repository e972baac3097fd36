import { beforeEach, expect, test, vi } from "vitest";
import { gateway, PAT, refusal, tokens } from "./gateway";

const HINT = "careplus.signed-in";
let session: typeof import("../src/lib/session");

beforeEach(async () => {
  localStorage.clear();
  vi.resetModules();
  session = await import("../src/lib/session");
});

function otherTab(value: string | null): Promise<void> {
  dispatchEvent(new StorageEvent("storage", { key: HINT, newValue: value }));
  return new Promise((resolve) => setTimeout(resolve, 5));
}

test("a browser that nobody signed in on asks for no session", async () => {
  const asked = gateway({});
  expect((await session.start()).ok).toBe(true);
  expect(session.account.get()).toBeNull();
  expect(asked).toEqual([]);
});

test("a session is taken up again without a password", async () => {
  localStorage.setItem(HINT, "1");
  gateway({ "POST /auth/refresh": [tokens()] });
  await session.start();
  expect(session.account.get()).toEqual(PAT);
});

test("a session that has ended is forgotten", async () => {
  localStorage.setItem(HINT, "1");
  gateway({ "POST /auth/refresh": [refusal(401, "unauthenticated")] });
  expect((await session.start()).ok).toBe(true);
  expect(session.account.get()).toBeNull();
  expect(localStorage.getItem(HINT)).toBeNull();
});

test("while the system is away it is not known who is signed in", async () => {
  localStorage.setItem(HINT, "1");
  gateway({ "POST /auth/refresh": [refusal(503, "unavailable"), tokens()] });
  expect(await session.start()).toMatchObject({ ok: false, problem: { code: "unavailable" } });
  expect(session.account.get()).toBeUndefined();
  expect((await session.start()).ok).toBe(true);
  expect(session.account.get()).toEqual(PAT);
});

test("signing in and out", async () => {
  const asked = gateway({ "POST /auth/login": [tokens()], "POST /auth/logout": [new Response(null, { status: 204 })] });
  await session.start();
  await session.signIn(PAT.email, "seven-quiet-herons");
  expect(asked[0]?.body).toEqual({ email: PAT.email, password: "seven-quiet-herons" });
  expect(session.account.get()).toEqual(PAT);
  expect(localStorage.getItem(HINT)).toBe("1");
  await session.signOut();
  expect(session.account.get()).toBeNull();
  expect(localStorage.getItem(HINT)).toBeNull();
});

test("a wrong password changes nothing", async () => {
  gateway({ "POST /auth/login": [refusal(401, "invalid_credentials")] });
  await session.start();
  expect(await session.signIn(PAT.email, "x")).toMatchObject({ ok: false, problem: { code: "invalid_credentials" } });
  expect(session.account.get()).toBeNull();
});

test("other tabs are followed out and in", async () => {
  gateway({ "POST /auth/login": [tokens()], "POST /auth/refresh": [tokens("theirs", { ...PAT, full_name: "Sam" })] });
  await session.start();
  await session.signIn(PAT.email, "p");
  await otherTab(null);
  expect(session.account.get()).toBeNull();
  await otherTab("1");
  expect(session.account.get()?.full_name).toBe("Sam");
});

test("a browser that keeps nothing asks on every page", async () => {
  const denied = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: denied, setItem: denied, removeItem: denied });
  gateway({ "POST /auth/refresh": [tokens()] });
  await session.start();
  expect(session.account.get()).toEqual(PAT);
});
