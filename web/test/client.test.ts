import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PAT } from "./fixtures";
import { gateway, json, refusal, tokens } from "./gateway";

let client: typeof import("../src/api/client");

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.resetModules();
  client = await import("../src/api/client");
});

const signedIn = async () => client.keep(await tokens("first").json());
const me = () => inTime(client.outcome(client.api.GET("/auth/me")));

afterEach(() => vi.useRealTimers());

/** The outcome after a minute and a half. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(90_000);
  return promise;
}

test("the access token is sent and stays in memory only", async () => {
  const requests = gateway({ "GET /auth/me": [json(PAT)] });
  await signedIn();
  expect(await me()).toEqual({ ok: true, data: PAT });
  expect(requests[0]?.headers.get("Authorization")).toBe("Bearer first");
  expect(JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie).not.toContain("first");
});

test("a 401 refreshes once and repeats the call with its body", async () => {
  const body = { phone: "+49 30 5550 1" };
  const requests = gateway({
    "PUT /auth/me": [refusal(401, "unauthenticated"), json(PAT)],
    "POST /auth/refresh": [tokens("second")],
  });
  await signedIn();
  const changed = await client.outcome(client.api.PUT("/auth/me", { body }));
  expect(changed.ok).toBe(true);
  expect(requests.map(({ call }) => call)).toEqual(["PUT /auth/me", "POST /auth/refresh", "PUT /auth/me"]);
  expect(requests[1]?.headers.get("X-CarePlus")).toBe("1");
  expect(requests[1]?.headers.get("Authorization")).toBeNull();
  expect(requests[2]?.headers.get("Authorization")).toBe("Bearer second");
  expect(requests[2]?.body).toEqual(body);
});

test("a second 401 is returned without a third try", async () => {
  const requests = gateway({
    "GET /auth/me": [refusal(401, "unauthenticated")],
    "POST /auth/refresh": [tokens("second")],
  });
  await signedIn();
  expect(await me()).toMatchObject({ ok: false, problem: { code: "unauthenticated", status: 401 } });
  expect(requests).toHaveLength(3);
});

test("calls that fail together share one refresh", async () => {
  const byToken = ({ headers }: { headers: Headers }) =>
    headers.get("Authorization") === "Bearer second" ? json(PAT) : refusal(401, "unauthenticated");
  const requests = gateway({ "GET /auth/me": [byToken], "POST /auth/refresh": [tokens("second")] });
  await signedIn();
  const all = await Promise.all([me(), me(), me()]);
  expect(all.every(({ ok }) => ok)).toBe(true);
  expect(requests.filter(({ call }) => call === "POST /auth/refresh")).toHaveLength(1);
});

test("waiting calls continue after a new sign-in", async () => {
  const requests = gateway({
    "PUT /auth/me": [refusal(401, "unauthenticated"), json(PAT)],
    "POST /auth/refresh": [refusal(401, "unauthenticated")],
  });
  await signedIn();
  const notified: unknown[] = [];
  client.onAccount((account) => notified.push(account));
  const change = client.outcome(client.api.PUT("/auth/me", { body: { phone: "+49 30 5550 1" } }));
  await vi.advanceTimersByTimeAsync(0);
  expect(client.sessionExpired.get()).toBe(true);
  expect(notified).toEqual([]);
  client.keep(await tokens("second").json());
  expect(await inTime(change)).toMatchObject({ ok: true });
  expect(requests.at(-1)?.headers.get("Authorization")).toBe("Bearer second");
  expect(requests.at(-1)?.body).toEqual({ phone: "+49 30 5550 1" });
});

test("waiting calls are refused after sign-out", async () => {
  gateway({
    "GET /auth/me": [refusal(401, "unauthenticated")],
    "POST /auth/refresh": [refusal(401, "unauthenticated")],
  });
  await signedIn();
  const pending = client.outcome(client.api.GET("/auth/me"));
  await vi.advanceTimersByTimeAsync(0);
  client.keep(null);
  expect(await inTime(pending)).toMatchObject({ problem: { code: "unauthenticated" } });
  expect(client.sessionExpired.get()).toBe(false);
});

test("a POST is retried under one key while offline", async () => {
  const body = { doctor_id: 3, starts_at: "2030-01-07T09:00:00Z", reason: null };
  const away: boolean[] = [];
  const down = refusal(503, "unavailable");
  const requests = gateway({ "POST /api/appointments": [down, new TypeError("offline"), down, json({ id: 1 })] });
  client.offline.listen((now) => away.push(now));
  const booked = await inTime(client.outcome(client.api.POST("/api/appointments", { body })));
  expect(booked.ok).toBe(true);
  expect(requests).toHaveLength(4);
  const keys = new Set(requests.map(({ headers }) => headers.get("Idempotency-Key")));
  expect([...keys][0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.size).toBe(1);
  expect(requests.every(({ body: sent }) => JSON.stringify(sent) === JSON.stringify(body))).toBe(true);
  expect(away).toEqual([true, false]);
});

test("a PUT is retried under one key after a lost response", async () => {
  const body = { full_name: "Noor Haddad", specialty: "Cardiology" };
  const requests = gateway({ "PUT /api/doctor/profile": [new TypeError("offline"), json({ id: 1, version: 4 })] });
  const headers = client.unchanged({ version: 3 });
  expect(await inTime(client.outcome(client.api.PUT("/api/doctor/profile", { body, headers })))).toMatchObject({
    ok: true,
  });
  expect(requests.map(({ headers }) => headers.get("If-Match"))).toEqual(['"3"', '"3"']);
  const keys = new Set(requests.map(({ headers }) => headers.get("Idempotency-Key")));
  expect([...keys][0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.size).toBe(1);
});

test("an answered request gets a new key the next time", async () => {
  const body = { doctor_id: 3, starts_at: "2030-01-07T09:00:00Z" };
  const requests = gateway({
    "POST /api/appointments": [refusal(409, "slot_taken"), json({ id: 1 }), json({ id: 2 })],
  });
  for (let turn = 0; turn < 3; turn += 1) await client.outcome(client.api.POST("/api/appointments", { body }));
  expect(new Set(requests.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(3);
});

test("a request still running at the server is retried, same key", async () => {
  const body = { doctor_id: 3, starts_at: "2030-01-07T09:00:00Z" };
  const underWay = refusal(409, "in_progress", {}, { "Retry-After": "1" });
  const timeout = new DOMException("too slow", "TimeoutError");
  const requests = gateway({ "POST /api/appointments": [timeout, underWay, underWay, json({ id: 1 })] });
  expect(await inTime(client.outcome(client.api.POST("/api/appointments", { body })))).toMatchObject({ ok: true });
  expect(new Set(requests.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(1);
});

test("retries stop after a minute, and the key is reused", async () => {
  const body = { doctor_id: 3, starts_at: "2030-01-07T09:00:00Z" };
  const hangs = () =>
    new Promise<Response>((_, reject) => setTimeout(() => reject(new DOMException("", "TimeoutError")), 20_000));
  const requests = gateway({ "POST /api/appointments": [hangs] });
  const first = client.outcome(client.api.POST("/api/appointments", { body }));
  expect(await inTime(first)).toMatchObject({ problem: { code: "no_answer" } });
  expect(requests).toHaveLength(4);
  void client.outcome(client.api.POST("/api/appointments", { body }));
  await vi.advanceTimersByTimeAsync(0);
  expect(new Set(requests.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(1);
});

test("a sign-in is not retried", async () => {
  const requests = gateway({ "POST /auth/login": [refusal(503, "unavailable")] });
  await inTime(client.outcome(client.api.POST("/auth/login", { body: { email: "a@b.c", password: "p" } })));
  expect(requests).toHaveLength(1);
});

test("a GET without an answer fails soon", async () => {
  const requests = gateway({ "GET /auth/me": [new TypeError("offline")] });
  expect(await me()).toMatchObject({ problem: { code: "no_answer" } });
  expect(requests).toHaveLength(4);
});

test("a refresh without an answer keeps the session", async () => {
  const notified: unknown[] = [];
  gateway({ "GET /auth/me": [refusal(401, "unauthenticated")], "POST /auth/refresh": [new TypeError("offline")] });
  await signedIn();
  client.onAccount((account) => notified.push(account));
  expect(await me()).toMatchObject({ ok: false, problem: { code: "no_answer" } });
  expect(notified).toEqual([]);
});

test("a 503 or 429 of the refresh keeps the session", async () => {
  gateway({
    "GET /auth/me": [refusal(401, "unauthenticated")],
    "POST /auth/refresh": [refusal(503, "unavailable"), refusal(429, "too_many_requests")],
  });
  await signedIn();
  for (let turn = 0; turn < 2; turn += 1) expect(await me()).toMatchObject({ problem: { code: "no_answer" } });
  expect(client.sessionExpired.get()).toBe(false);
});

test("an old refusal does not end a newer session", async () => {
  let refuse: (response: Response) => void = () => {};
  const requests = gateway({
    "GET /auth/me": [refusal(401, "unauthenticated"), json(PAT)],
    "POST /auth/refresh": [() => new Promise<Response>((resolve) => (refuse = resolve))],
  });
  await signedIn();
  const pending = client.outcome(client.api.GET("/auth/me"));
  await vi.advanceTimersByTimeAsync(0);
  client.keep(await tokens("second").json());
  refuse(refusal(401, "unauthenticated"));
  expect(await inTime(pending)).toMatchObject({ ok: true });
  expect(requests.at(-1)?.headers.get("Authorization")).toBe("Bearer second");
  expect(client.sessionExpired.get()).toBe(false);
});

test("a late 401 uses the token refreshed meanwhile", async () => {
  let refuse: (response: Response) => void = () => {};
  const slow = () => new Promise<Response>((resolve) => (refuse = resolve));
  const requests = gateway({
    "GET /auth/me": [slow, refusal(401, "unauthenticated"), json(PAT)],
    "POST /auth/refresh": [tokens("second")],
  });
  await signedIn();
  const late = client.outcome(client.api.GET("/auth/me"));
  expect((await me()).ok).toBe(true);
  refuse(refusal(401, "unauthenticated"));
  expect((await inTime(late)).ok).toBe(true);
  expect(requests.filter(({ call }) => call === "POST /auth/refresh")).toHaveLength(1);
});

test("without a token a 401 is returned at once", async () => {
  const requests = gateway({ "GET /auth/me": [refusal(401, "unauthenticated")] });
  expect(await me()).toMatchObject({ problem: { code: "unauthenticated" } });
  expect(requests).toHaveLength(1);
});

test("problems keep code, extra members and Retry-After", async () => {
  gateway({ "GET /auth/me": [refusal(503, "unavailable", {}, { "Retry-After": "2" })] });
  expect(await me()).toMatchObject({ ok: false, problem: { code: "unavailable", status: 503 }, retryAfter: 2 });
});

test.each([
  ["no network", new TypeError("offline"), 0],
  ["another server's page", new Response("<h1>Bad gateway</h1>", { status: 502 }), 502],
  ["an empty refusal", new Response(null, { status: 500 }), 500],
  ["an answer that is no JSON", new Response("oops", { status: 200 }), 0],
])("%s is a problem with its own code", async (_, reply, status) => {
  gateway({ "GET /auth/me": [reply] });
  expect(await me()).toEqual({ ok: false, problem: { code: "no_answer", status }, retryAfter: null });
});

test.each([
  ["ended", new Response(null, { status: 204 }), true],
  ["already over", refusal(401, "unauthenticated"), true],
  ["not reached", new TypeError("offline"), false],
])("signing out with a session %s", async (_, reply, ok) => {
  gateway({ "POST /auth/logout": [reply] });
  await signedIn();
  const notified: unknown[] = [];
  client.onAccount((account) => notified.push(account));
  expect((await client.logout()).ok).toBe(ok);
  expect(notified).toEqual(ok ? [null] : []);
});
