import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import Today from "../src/pages/doctor/today/today";
import { undoSteps } from "../src/pages/doctor/visit/visits";
import { begin, ONE, props, sent, VISIT } from "./doctor";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled } from "./page";

const DAY = "GET /api/doctor/appointments";
const NONE = json({ total: 0, critical: 0, outside_range: 0, rest: 0, normal: 0, patients: [] });
const visits = (...items: Schemas["Visit"][]) => json({ items, next_cursor: null });

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-07T09:00:00Z"), toFake: ["Date"] });
  await begin();
});
afterEach(() => vi.useRealTimers());

const offered = (page: HTMLElement) => [...page.querySelectorAll(".acts button")].map(({ textContent }) => textContent);

test("undo returns to the previous status, or to confirmed", () => {
  expect(undoSteps("arrived", "confirmed")).toEqual(["confirmed"]);
  expect(undoSteps("arrived", "booked")).toEqual(["confirmed"]);
  expect(undoSteps("in_progress", "arrived")).toEqual(["arrived"]);
  expect(undoSteps("no_show", "booked")).toEqual(["arrived", "confirmed"]);
  expect(undoSteps("completed", "in_progress")).toEqual(["in_progress"]);
  expect(undoSteps("cancelled", "booked")).toBeNull();
});

describe("a day", () => {
  const day = (replies: Parameters<typeof gateway>[0]) => {
    const requests = gateway({
      "GET /api/doctor/lab-results/counts": [NONE],
      "GET /api/doctor/unsigned-notes": [json({ items: [], next_cursor: null, count: 0 })],
      "GET /api/doctor/patients/7/allergies": [
        json({ allergy_status: "none_known", allergies: [], checks: [], version: 1 }),
      ],
      ...replies,
    });
    return draw(<Today {...props({}, "day=2030-01-07")} />).then((page) => ({ page, requests }));
  };

  test("one press sets the next status, another undoes it", async () => {
    const { page, requests } = await day({
      [DAY]: [visits(VISIT)],
      [`PUT ${ONE}`]: [
        json({ ...VISIT, status: "arrived", version: 5 }),
        json({ ...VISIT, status: "confirmed", version: 6 }),
      ],
    });
    expect(page.querySelector("tbody tr")?.textContent).toContain("Noor Haddad 45 years");
    await press("Arrived");
    expect(page.querySelector("tbody .chip")?.textContent).toBe("Arrived");
    await press("Undo");
    expect(sent(requests, `PUT ${ONE}`)).toEqual([
      { body: { status: "arrived" }, version: '"4"' },
      { body: { status: "confirmed" }, version: '"5"' },
    ]);
    expect(page.querySelector("tbody .chip")?.textContent).toBe("Confirmed");
    expect(page.querySelector("#undo-5")).toBeNull();
  });

  test("a visit changed elsewhere is reloaded without an undo", async () => {
    const { page } = await day({
      [DAY]: [visits(VISIT)],
      [`PUT ${ONE}`]: [refusal(412, "stale")],
      [`GET ${ONE}`]: [json({ ...VISIT, status: "cancelled", version: 5 })],
    });
    await press("Arrived");
    expect(page.querySelector("tbody .chip")?.textContent).toBe("Cancelled");
    expect(page.querySelector('[role="status"]')?.textContent).toContain("This visit was changed meanwhile.");
    expect(page.querySelector("tbody button")).toBeNull();
  });

  test("an irreversible status asks first", async () => {
    const { requests } = await day({
      [DAY]: [visits(VISIT)],
      [`PUT ${ONE}`]: [json({ ...VISIT, status: "cancelled", version: 5 })],
    });
    await press("Cancel visit");
    await vi.dynamicImportSettled();
    await settled();
    expect(sent(requests, `PUT ${ONE}`)).toEqual([]);
    await press("Cancel visit");
    expect(sent(requests, `PUT ${ONE}`)).toEqual([{ body: { status: "cancelled" }, version: '"4"' }]);
  });

  test("a completed visit is reopened on the same day", async () => {
    const completed_at = "2030-01-07T09:00:00Z";
    const { page, requests } = await day({
      [DAY]: [visits({ ...VISIT, status: "in_progress" })],
      [`PUT ${ONE}`]: [json({ ...VISIT, status: "completed", completed_at, version: 5 })],
      [`PUT ${ONE}/reopen`]: [json({ ...VISIT, status: "in_progress", version: 6 })],
    });
    await press("Complete");
    expect(offered(page)).toEqual(["Reopen", "Undo"]);
    await press("Reopen");
    expect(sent(requests, `PUT ${ONE}/reopen`)).toEqual([{ body: null, version: '"5"' }]);
    expect(page.querySelector("tbody .chip")?.textContent).toBe("In progress");
  });

  test("a visit completed on another day stays completed", async () => {
    const { page } = await day({
      [DAY]: [visits({ ...VISIT, status: "completed", completed_at: "2030-01-06T22:59:00Z" })],
    });
    expect(offered(page)).toEqual([]);
  });

  test.each([
    ["2030-01-06T12:00:00Z", "confirmed", ["Cancel visit"], ""],
    ["2030-01-06T12:00:00Z", "booked", ["Confirm", "Cancel visit"], ""],
    ["2030-01-06T23:00:00Z", "confirmed", ["Arrived", "More", "Cancel visit"], "Start from 07:00Missed from 09:00"],
    ["2030-01-07T06:00:00Z", "arrived", ["Start", "More", "Not here yet", "Cancel visit"], "Missed from 09:00"],
    ["2030-01-07T06:00:00Z", "in_progress", ["Not started yet"], "Complete from 09:00"],
    ["2030-01-07T08:00:00Z", "in_progress", ["Complete", "More", "Not started yet"], ""],
  ] as const)("at %s a visit that is %s offers what is possible", async (now, status, buttons, notYet) => {
    vi.setSystemTime(new Date(now));
    const { page } = await day({ [DAY]: [visits({ ...VISIT, status })] });
    expect(offered(page)).toEqual(buttons);
    expect(page.querySelector(".acts")?.textContent).toContain(notYet);
  });

  test("an empty day names the next one with visits", async () => {
    const next = { ...VISIT, starts_at: "2030-01-09T08:00:00Z" };
    const { page } = await day({ [DAY]: [visits(), visits({ ...next, id: 6, status: "cancelled" }, next)] });
    expect(page.textContent).toContain("No visits today.");
    expect(page.querySelector(".empty a")?.getAttribute("href")).toBe("/doctor?day=2030-01-09");
  });

  test("a day that fails to load shows an error", async () => {
    const { page } = await day({ [DAY]: [refusal(500, "internal")] });
    expect(page.querySelector(".problem button")?.textContent).toBe("Try again");
  });
});
