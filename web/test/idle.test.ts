import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keep, sessionExpired } from "../src/api/client";
import { IDLE_MS, watchIdle } from "../src/lib/session/idle";
import { PAT } from "./fixtures";
import { gateway, refusal } from "./gateway";

const LEA = { ...PAT, role: "lab" } as const;
const LOGOUT = "POST /auth/logout";
const MINUTE = 60_000;
let stop = (): void => {};

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  keep({ access_token: "first", token_type: "bearer", expires_in: 600, account: LEA });
});

afterEach(() => {
  stop();
  keep(null);
  vi.useRealTimers();
});

const ended = () => new Response(null, { status: 204 });

test("idle staff are signed out after 30 minutes", async () => {
  const requests = gateway({ [LOGOUT]: [ended()] });
  stop = watchIdle(LEA);
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  expect([requests.length, sessionExpired.get()]).toEqual([0, false]);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect([requests.map(({ call }) => call), sessionExpired.get()]).toEqual([[LOGOUT], true]);
});

test.each(["pointerdown", "keydown", "wheel"])("%s counts as activity", async (name) => {
  gateway({ [LOGOUT]: [ended()] });
  stop = watchIdle(LEA);
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  dispatchEvent(new Event(name));
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  expect(sessionExpired.get()).toBe(false);
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(sessionExpired.get()).toBe(true);
});

test("activity in another tab counts", async () => {
  gateway({ [LOGOUT]: [ended()] });
  stop = watchIdle(LEA);
  await vi.advanceTimersByTimeAsync(IDLE_MS - MINUTE);
  localStorage.setItem("careplus.touched", String(Date.now()));
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(sessionExpired.get()).toBe(false);
});

test("offline, the page is covered and the session ends later", async () => {
  const requests = gateway({ [LOGOUT]: [refusal(500, "internal"), ended()] });
  stop = watchIdle(LEA);
  await vi.advanceTimersByTimeAsync(IDLE_MS);
  expect(sessionExpired.get()).toBe(true);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(requests.length).toBeGreaterThanOrEqual(2);
});

test("patients stay signed in on their own device", async () => {
  const requests = gateway({ [LOGOUT]: [ended()] });
  stop = watchIdle(PAT);
  await vi.advanceTimersByTimeAsync(3 * IDLE_MS);
  expect([requests.length, sessionExpired.get()]).toEqual([0, false]);
});
