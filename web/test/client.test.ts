import { beforeEach, expect, test, vi } from "vitest";
import { gateway, json, PAT, refusal, tokens } from "./gateway";

let client: typeof import("../src/api/client");

beforeEach(async () => {
  vi.resetModules();
  client = await import("../src/api/client");
});

const signedIn = async () => client.keep(await tokens("first").json());
const me = () => client.outcome(client.api.GET("/auth/me"));

test("the access token goes with every call, and is kept in memory only", async () => {
  const asked = gateway({ "GET /auth/me": [json(PAT)] });
  await signedIn();
  expect(await me()).toEqual({ ok: true, data: PAT });
  expect(asked[0]?.headers.get("Authorization")).toBe("Bearer first");
  expect(JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie).not.toContain("first");
});

test("a 401 is answered by one refresh and the same call again, body included", async () => {
  const body = { full_name: "Pat M", sex: "female" as const };
  const asked = gateway({
    "PUT /auth/me": [refusal(401, "unauthenticated"), json(PAT)],
    "POST /auth/refresh": [tokens("second")],
  });
  await signedIn();
  const changed = await client.outcome(client.api.PUT("/auth/me", { body }));
  expect(changed.ok).toBe(true);
  expect(asked.map(({ call }) => call)).toEqual(["PUT /auth/me", "POST /auth/refresh", "PUT /auth/me"]);
  expect(asked[1]?.headers.get("X-CarePlus")).toBe("1");
  expect(asked[1]?.headers.get("Authorization")).toBeNull();
  expect(asked[2]?.headers.get("Authorization")).toBe("Bearer second");
  expect(asked[2]?.body).toEqual(body);
});

test("a second 401 is the answer; nothing is asked a third time", async () => {
  const asked = gateway({
    "GET /auth/me": [refusal(401, "unauthenticated")],
    "POST /auth/refresh": [tokens("second")],
  });
  await signedIn();
  expect(await me()).toMatchObject({ ok: false, problem: { code: "unauthenticated", status: 401 } });
  expect(asked).toHaveLength(3);
});

test("calls that fail together share one refresh", async () => {
  const byToken = ({ headers }: { headers: Headers }) =>
    headers.get("Authorization") === "Bearer second" ? json(PAT) : refusal(401, "unauthenticated");
  const asked = gateway({ "GET /auth/me": [byToken], "POST /auth/refresh": [tokens("second")] });
  await signedIn();
  const all = await Promise.all([me(), me(), me()]);
  expect(all.every(({ ok }) => ok)).toBe(true);
  expect(asked.filter(({ call }) => call === "POST /auth/refresh")).toHaveLength(1);
});

test("a session that has ended leaves nobody signed in", async () => {
  const told: unknown[] = [];
  gateway({
    "GET /auth/me": [refusal(401, "unauthenticated")],
    "POST /auth/refresh": [refusal(401, "unauthenticated")],
  });
  await signedIn();
  client.onAccount((account) => told.push(account));
  expect(await me()).toMatchObject({ problem: { code: "unauthenticated" } });
  expect(told).toEqual([null]);
});

test("a refresh that nobody answers ends no session", async () => {
  const told: unknown[] = [];
  gateway({ "GET /auth/me": [refusal(401, "unauthenticated")], "POST /auth/refresh": [new TypeError("offline")] });
  await signedIn();
  client.onAccount((account) => told.push(account));
  expect(await me()).toMatchObject({ ok: false, problem: { code: "no_answer" } });
  expect(told).toEqual([]);
});

test("without a token a 401 is the answer at once", async () => {
  const asked = gateway({ "GET /auth/me": [refusal(401, "unauthenticated")] });
  expect(await me()).toMatchObject({ problem: { code: "unauthenticated" } });
  expect(asked).toHaveLength(1);
});

test("problems keep their code, their extras and the time to wait", async () => {
  gateway({ "GET /auth/me": [refusal(503, "unavailable", {}, { "Retry-After": "2" })] });
  expect(await me()).toMatchObject({ ok: false, problem: { code: "unavailable", status: 503 }, retryAfter: 2 });
});

test.each([
  ["no network", new TypeError("offline"), 0],
  ["another server's page", new Response("<h1>Bad gateway</h1>", { status: 502 }), 502],
  ["an empty refusal", new Response(null, { status: 500 }), 500],
  ["an answer that is no JSON", new Response("oops", { status: 200 }), 0],
])("%s is one problem of its own", async (_, reply, status) => {
  gateway({ "GET /auth/me": [reply] });
  expect(await me()).toEqual({ ok: false, problem: { code: "no_answer", status }, retryAfter: null });
});

test.each([
  ["ended", new Response(null, { status: 204 }), true],
  ["already over", refusal(401, "unauthenticated"), true],
  ["not reached", new TypeError("offline"), false],
])("signing out of a session that is %s", async (_, reply, ok) => {
  gateway({ "POST /auth/logout": [reply] });
  await signedIn();
  const told: unknown[] = [];
  client.onAccount((account) => told.push(account));
  expect((await client.logout()).ok).toBe(ok);
  expect(told).toEqual(ok ? [null] : []);
});
