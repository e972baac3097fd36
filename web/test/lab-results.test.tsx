import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadMessages } from "../src/lib/i18n/i18n";
import { go } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import LabBooking from "../src/pages/patient/labs/booking";
import Result from "../src/pages/patient/results/result";
import Results from "../src/pages/patient/results/results";
import { CONFIG, NINE, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { at, BOOKED, CBC, page, RESULT } from "./laboratory";
import { draw, press, settled, type } from "./page";

const TESTS = "GET /api/labs/tests";

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-07T12:00:00Z"), toFake: ["Date"] });
  setClinicZone(CONFIG.zone);
  account.set(PAT);
  await loadMessages("ui", "patient");
});

afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
  account.set(null);
  go("/");
});

describe("a laboratory visit", () => {
  const ONE = "GET /api/labs/bookings/5";
  const open = (change: object) => {
    gateway({ [ONE]: [json({ ...BOOKED, ...change })], [TESTS]: [page(CBC)] });
    return draw(<LabBooking {...at("/labs/bookings/5", { id: "5" })} />);
  };

  test.each([
    [{}, "Booked", "Come to the laboratory on Tuesday 8 January 2030, 09:00."],
    [{ starts_at: null }, "Booked", "Come to the laboratory whenever it suits you."],
    [{ status: "received", collected_at: NINE }, "In the laboratory", "Your sample was taken on 8 January 2030."],
    [{ status: "verified" }, "In the laboratory", "You can read them here once they are released"],
    [{ status: "rejected" }, "Booked", "Please come again for a new one."],
    [{ status: "verified", tests: [{ ...CBC, result_id: 6 }] }, "Results ready", "Your results are ready."],
  ])("booking %j is at the step %s", async (change, step, sentence) => {
    const drawn = await open(change);
    expect(drawn.querySelector('[aria-current="step"] b')?.textContent).toBe(step);
    expect(drawn.querySelector(".lead")?.textContent).toContain(sentence);
  });

  test("a booking shows the usual duration, then the result", async () => {
    expect((await open({ status: "collected" })).textContent).toContain("Not ready yet: it usually takes 2 days");
    const ready = await open({ status: "verified", tests: [{ ...CBC, result_id: 6 }] });
    expect(ready.querySelector('a[href="/results/6"]')).not.toBeNull();
    expect(ready.textContent).not.toContain("Not ready yet");
  });

  test("a stale cancellation shows the change and keeps the reason", async () => {
    const requests = gateway({
      [ONE]: [json(BOOKED), json({ ...BOOKED, version: 4 })],
      [TESTS]: [page(CBC)],
      "PUT /api/labs/bookings/5/cancel": [
        refusal(412, "stale"),
        json({ ...BOOKED, status: "cancelled", status_reason: "Away" }),
      ],
    });
    await draw(<LabBooking {...at("/labs/bookings/5", { id: "5" })} />);
    await press("Cancel appointment");
    expect(document.activeElement?.textContent).toBe("Keep appointment");
    await type("reason", "Away");
    await press("Cancel appointment");
    expect(document.querySelector("dialog")?.textContent).toContain("changed this appointment in the meantime");
    await press("Cancel appointment");
    await settled();
    expect(requests.at(-1)?.headers.get("If-Match")).toBe('"4"');
    expect(requests.at(-1)?.body).toEqual({ reason: "Away" });
    expect(document.activeElement?.textContent).toBe("Your laboratory appointment is cancelled.");
    expect(document.querySelector(".steps")).toBeNull();
  });
});

describe("results", () => {
  test("results are grouped by sample day; new ones are marked", async () => {
    const old = {
      ...RESULT,
      id: 4,
      critical: false,
      collected_at: "2029-11-01T08:00:00Z",
      released_at: "2029-11-02T08:00:00Z",
    };
    gateway({ "GET /api/labs/results": [page(RESULT, { ...RESULT, id: 7 }, old)] });
    const drawn = await draw(<Results {...at("/results")} />);
    expect([...drawn.querySelectorAll("h2")].map((day) => day.textContent)).toEqual([
      "Tuesday 8 January 2030",
      "Thursday 1 November 2029",
    ]);
    const cards = [...drawn.querySelectorAll(".card")].map((card) => card.textContent);
    expect(cards[0]).toContain("1 of 2 values is outside the usual range.");
    expect(cards[0]).toContain("New");
    expect(cards[2]).not.toContain("New");
  });

  test("a critical value comes first with its instruction", async () => {
    gateway({ "GET /api/labs/results/6": [json(RESULT)] });
    const drawn = await draw(<Result {...at("/results/6", { id: "6" })} />);
    const warning = drawn.querySelector(".warning");
    expect(warning?.textContent).toContain("It is about: Potassium.");
    expect(warning?.querySelector("a")?.getAttribute("href")).toBe("tel:+493055500");
    expect([...drawn.querySelectorAll(".values h3")].map((name) => name.textContent)).toEqual(["Potassium", "Sodium"]);
    expect(drawn.querySelector(".meaning")?.textContent).toContain("A salt that the heart needs.");
    expect(drawn.querySelector('a[href="/results/trends/potassium?result=6"]')).not.toBeNull();
    expect(drawn.querySelectorAll(".report tbody tr")).toHaveLength(2);
  });
});
