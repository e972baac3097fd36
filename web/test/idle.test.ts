import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keep, refresh, sessionExpired } from "../src/api/client";
import { watchIdle } from "../src/lib/session/idle";
import { PAT } from "./fixtures";
import { gateway, refusal, tokens } from "./gateway";

const LEA = { ...PAT, role: "lab" } as const;
const LOGOUT = "POST /auth/logout";
const MINUTE = 60_000;
const IDLE_MS = 30 * MINUTE;
let stop = (): void => {};

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  signIn(IDLE_MS);
});

afterEach(() => {
  stop();
  keep(null);
  vi.useRealTimers();
});

function signIn(idleMs: number): void {
  const idle_seconds = idleMs / 1000;
  keep({
    access_token: "first",
    token_type: "bearer",
    expires_in: 600,
    idle_seconds,
    must_enrol: false,
    other_side: null,
    account: LEA,
  });
}

const ended = () => new Response(null, { status: 204 });

test("an idle page is signed out after the idle time of its session", async () => {
  const requests = gateway({ [LOGOUT]: [ended()] });
  stop = watchIdle();
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  expect([requests.length, sessionExpired.get()]).toEqual([0, false]);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect([requests.map(({ call }) => call), sessionExpired.get()]).toEqual([[LOGOUT], true]);
});

test.each(["pointerdown", "keydown", "wheel"])("%s counts as activity", async (name) => {
  gateway({ [LOGOUT]: [ended()] });
  stop = watchIdle();
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  dispatchEvent(new Event(name));
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  expect(sessionExpired.get()).toBe(false);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(sessionExpired.get()).toBe(true);
});

test("activity in another tab counts", async () => {
  gateway({ [LOGOUT]: [ended()] });
  stop = watchIdle();
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  localStorage.setItem("careplus.touched", String(Date.now()));
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(sessionExpired.get()).toBe(false);
});

test("offline, the page is covered and the session ends later", async () => {
  const requests = gateway({ [LOGOUT]: [refusal(500, "internal"), ended()] });
  stop = watchIdle();
  await vi.advanceTimersByTimeAsync(IDLE_MS);
  expect(sessionExpired.get()).toBe(true);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(requests.length).toBeGreaterThanOrEqual(2);
});

test("a refresh before the sign-out arrives does not bring the page back", async () => {
  const requests = gateway({ [LOGOUT]: [refusal(500, "internal"), ended()], "POST /auth/refresh": [tokens("second")] });
  stop = watchIdle();
  await vi.advanceTimersByTimeAsync(IDLE_MS);
  await refresh();
  expect([requests.length, sessionExpired.get()]).toEqual([2, true]);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(requests.at(-1)?.call).toBe(LOGOUT);
});

test("a longer idle time of the role counts", async () => {
  const requests = gateway({ [LOGOUT]: [ended()] });
  signIn(4 * IDLE_MS);
  stop = watchIdle();
  await vi.advanceTimersByTimeAsync(3 * IDLE_MS);
  expect([requests.length, sessionExpired.get()]).toEqual([0, false]);
  await vi.advanceTimersByTimeAsync(IDLE_MS);
  expect(sessionExpired.get()).toBe(true);
});
