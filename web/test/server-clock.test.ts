import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PAT } from "./fixtures";
import { gateway, json } from "./gateway";

const MONDAY = "2030-01-07T12:00:00Z";
const DAY_MS = 86_400_000;
let api: typeof import("../src/api/client");
let time: typeof import("../src/lib/time/time");

beforeEach(async () => {
  vi.resetModules();
  api = await import("../src/api/client");
  time = await import("../src/lib/time/time");
});
afterEach(() => vi.useRealTimers());

/** Set the computer's clock, and answer one request with a `Date` of the server. */
async function respond(computer: string, server: string | null): Promise<void> {
  vi.useFakeTimers({ now: Date.parse(computer), toFake: ["Date"] });
  const response = json(PAT);
  if (server) response.headers.set("Date", new Date(server).toUTCString());
  gateway({ "GET /auth/me": [response] });
  await api.outcome(api.api.GET("/auth/me"));
}

test("before any response today is the computer's day", () => {
  vi.useFakeTimers({ now: Date.parse(MONDAY), toFake: ["Date"] });
  expect(time.today()).toBe("2030-01-07");
});

test.each([
  ["a day ahead", "2030-01-08T12:00:00Z"],
  ["a day behind", "2030-01-06T12:00:00Z"],
  ["years behind", "2020-01-01T00:00:00Z"],
])("a computer %s shows the server's day", async (_, computer) => {
  await respond(computer, MONDAY);
  expect(time.today()).toBe("2030-01-07");
  expect(time.nowInstant()).toBe("2030-01-07T12:00:00.000Z");
  vi.setSystemTime(Date.now() + DAY_MS);
  expect(time.today()).toBe("2030-01-08");
});

test("a difference of seconds leaves the computer's clock", async () => {
  await respond("2030-01-07T12:00:01.900Z", MONDAY);
  expect(time.nowInstant()).toBe("2030-01-07T12:00:01.900Z");
});

test("a computer clock set right meanwhile is right at once", async () => {
  await respond("2030-01-09T12:00:00Z", MONDAY);
  await respond(MONDAY, MONDAY);
  expect(time.nowInstant()).toBe("2030-01-07T12:00:00.000Z");
});

test("a response without a date changes nothing", async () => {
  await respond(MONDAY, null);
  expect(time.today()).toBe("2030-01-07");
});
