import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { isLate, waiting } from "../src/lib/desk/board";
import { loadLocale, loadMessages } from "../src/lib/i18n/i18n";
import { setClinicZone } from "../src/lib/time/zone";
import DayBoard from "../src/pages/desk/board/board";
import { CONFIG, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled } from "./page";

const DAY = "2030-01-07";
const RITA = { ...PAT, id: 2, role: "reception" as const };

function visit(id: number, time: string, more: Partial<Schemas["BoardVisit"]> = {}): Schemas["BoardVisit"] {
  return {
    id,
    reference: `CP-${id}`,
    patient: { id: 100 + id, full_name: `Patient ${id}`, date_of_birth: null },
    starts_at: `${DAY}T${time}:00Z`,
    ends_at: `${DAY}T${time.slice(0, 3)}20:00Z`,
    status: "booked",
    late: false,
    arrived_at: null,
    started_at: null,
    completed_at: null,
    offered_until: null,
    version: 1,
    ...more,
  };
}

function column(id: number, change: string, visits: Schemas["BoardVisit"][]): Schemas["BoardDoctor"] {
  return {
    doctor: {
      id,
      full_name: `Dr ${id}`,
      specialty: null,
      specialty_names: null,
      room: null,
      bookable: true,
      ages: null,
    },
    change,
    hours: [{ starts_at: `${DAY}T07:00:00Z`, ends_at: `${DAY}T15:00:00Z` }],
    next_free: `${DAY}T14:00:00Z`,
    visits,
  };
}

const board = (...items: Schemas["BoardDoctor"][]) => json({ items, next_cursor: null, day: DAY });
const changes = (texts: Record<number, string>) =>
  json({ day: DAY, doctors: Object.entries(texts).map(([id, change]) => ({ doctor_id: Number(id), change })) });
const NONE = { "GET /api/reception/board/unfinished": [json({ items: [], next_cursor: null })] };
const body = (): string => document.body.textContent ?? "";
const open = () => draw(<DayBoard params={{}} query={new URLSearchParams()} config={CONFIG} account={RITA} />);
const poll = async () => {
  await act(() => {
    vi.advanceTimersByTime(2_000);
  });
  await settled();
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"], now: new Date(`${DAY}T08:30:00Z`) });
  setClinicZone("Europe/Berlin");
  await loadLocale(["en"]);
  await loadMessages("ui", "desk");
});
afterEach(() => {
  vi.useRealTimers();
});

test("patients wait in order of arrival, and a visit is late until they arrive", () => {
  const arrived = (id: number, at: string) => visit(id, "09:00", { status: "arrived", arrived_at: `${DAY}T${at}:00Z` });
  const found = waiting([
    column(5, "a", [arrived(1, "08:50"), visit(2, "08:00")]),
    column(6, "b", [arrived(3, "08:40")]),
  ]);
  expect(found.map(({ id, doctor }) => [id, doctor.full_name])).toEqual([
    [3, "Dr 6"],
    [1, "Dr 5"],
  ]);
  expect([visit(2, "08:00"), visit(4, "09:00"), arrived(5, "08:00")].map(isLate)).toEqual([true, false, false]);
});

test("only a doctor whose visits changed is read again, once", async () => {
  const changed = column(6, "b2", [
    visit(3, "09:00", { status: "arrived", arrived_at: `${DAY}T08:29:00Z`, version: 2 }),
  ]);
  const requests = gateway({
    "GET /api/reception/board": [
      board(column(5, "a", [visit(1, "08:00")]), column(6, "b", [visit(3, "09:00")])),
      board(changed),
    ],
    "GET /api/reception/board/changes": [changes({ 5: "a", 6: "b" }), changes({ 5: "a", 6: "b2" })],
    ...NONE,
  });
  await open();
  expect(body()).toContain("No patient is waiting.");
  expect(body()).toContain("Late");
  await poll();
  const reads = () => requests.filter(({ call }) => call === "GET /api/reception/board").length;
  expect(reads()).toBe(1);
  await poll();
  await poll();
  expect(reads()).toBe(2);
  expect(document.querySelector(".board-waiting")?.textContent).toContain("Patient 3 since 09:29 (1 min)");
  expect(body()).toContain("Patient 1");
});

test("an arrived patient is called in with one press", async () => {
  const arrived = visit(3, "09:00", { status: "arrived", arrived_at: `${DAY}T08:29:00Z`, version: 2 });
  const now = { ...arrived, doctor: column(6, "b", []).doctor, status: "in_progress", started_at: `${DAY}T08:30:00Z` };
  const requests = gateway({
    "GET /api/reception/board": [board(column(6, "b", [arrived]))],
    "GET /api/reception/board/changes": [changes({ 6: "b" })],
    "PUT /api/admin/appointments/3": [json({ ...now, version: 3 })],
    ...NONE,
  });
  await open();
  await press("Call in");
  const [sent] = requests.filter(({ call }) => call.startsWith("PUT"));
  expect([sent?.body, sent?.headers.get("If-Match")]).toEqual([{ status: "in_progress" }, '"2"']);
  expect(body()).toContain("No patient is waiting.");
  expect(document.querySelector(".board .chip")?.textContent).toBe("In progress");
});

test("a move asks first, and takes the nearest free time", async () => {
  const free = ["13:00", "09:20"].map((time) => ({
    starts_at: `${DAY}T${time}:00Z`,
    ends_at: `${DAY}T${time}:00Z`,
    day: DAY,
  }));
  const requests = gateway({
    "GET /api/reception/board": [board(column(6, "b", [visit(3, "09:00")]))],
    "GET /api/reception/board/changes": [changes({ 6: "b" })],
    "GET /api/doctors/6/slots": [json({ items: free, next_cursor: null, zone: "Europe/Berlin", next_available: null })],
    "PUT /api/admin/appointments/3": [refusal(409, "slot_taken", { alternatives: [] })],
    ...NONE,
  });
  await open();
  await press("Move");
  expect((document.getElementById("board-time") as HTMLSelectElement).value).toBe(`${DAY}T09:20:00Z`);
  expect(requests.some(({ call }) => call.startsWith("PUT"))).toBe(false);
  await press("Move visit");
  const [sent] = requests.filter(({ call }) => call.startsWith("PUT"));
  expect(sent?.body).toEqual({ starts_at: `${DAY}T09:20:00Z`, doctor_id: 6 });
  expect(document.querySelector("dialog [role=alert]")).not.toBeNull();
});

test("a board that cannot ask for changes says so", async () => {
  gateway({
    "GET /api/reception/board": [board(column(6, "b", []))],
    "GET /api/reception/board/changes": [refusal(403, "forbidden"), changes({})],
    ...NONE,
  });
  await open();
  await poll();
  expect(body()).toContain("this board may be out of date");
  await poll();
  expect(body()).not.toContain("this board may be out of date");
});
