import { beforeEach, describe, expect, test } from "vitest";
import type { Schemas } from "../src/api/client";
import Today from "../src/pages/doctor/today/today";
import { undoSteps } from "../src/pages/doctor/visit/visits";
import { begin, ONE, props, sent, VISIT } from "./doctor";
import { gateway, json, refusal } from "./gateway";
import { draw, press } from "./page";

const DAY = "GET /api/doctor/appointments";
const NONE = json({ items: [], next_cursor: null });
const visits = (...items: Schemas["Visit"][]) => json({ items, next_cursor: null });

beforeEach(begin);

test("undo returns to the previous status, or to confirmed", () => {
  expect(undoSteps("arrived", "confirmed")).toEqual(["confirmed"]);
  expect(undoSteps("arrived", "booked")).toEqual(["confirmed"]);
  expect(undoSteps("in_progress", "arrived")).toEqual(["arrived"]);
  expect(undoSteps("no_show", "booked")).toEqual(["arrived", "confirmed"]);
  expect(undoSteps("completed", "in_progress")).toBeNull();
  expect(undoSteps("cancelled", "booked")).toBeNull();
});

describe("a day", () => {
  const day = (replies: Parameters<typeof gateway>[0]) => {
    const requests = gateway({ "GET /api/doctor/lab-results": [NONE], ...replies });
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
      [DAY]: [visits({ ...VISIT, status: "in_progress" })],
      [`PUT ${ONE}`]: [json({ ...VISIT, status: "completed", version: 5 })],
    });
    await press("Complete");
    expect(sent(requests, `PUT ${ONE}`)).toEqual([]);
    await press("Complete visit");
    expect(sent(requests, `PUT ${ONE}`)).toEqual([{ body: { status: "completed" }, version: '"4"' }]);
  });

  test("an empty day names the next one with visits", async () => {
    const next = { ...VISIT, starts_at: "2030-01-09T08:00:00Z" };
    const { page } = await day({ [DAY]: [visits(), visits({ ...next, id: 6, status: "cancelled" }, next)] });
    expect(page.textContent).toContain("No visits on this day.");
    expect(page.querySelector(".empty a")?.getAttribute("href")).toBe("/doctor?day=2030-01-09");
  });

  test("a day that fails to load shows an error", async () => {
    const { page } = await day({ [DAY]: [refusal(500, "internal")] });
    expect(page.querySelector(".problem button")?.textContent).toBe("Try again");
  });
});
