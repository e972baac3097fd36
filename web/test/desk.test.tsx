import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keep } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import Availability from "../src/pages/doctor/availability/availability";
import Order from "../src/pages/doctor/order/order";
import { isQuick, type Result, sections } from "../src/pages/doctor/results/groups";
import Results from "../src/pages/doctor/results/results";
import { checkWeek, copied, outside, rulesOf, slotsOn, type Week } from "../src/ui/availability/rules";
import { CHART } from "./doctor";
import { availability, CONFIG, labTest, PAT, resultToReview, userAccount, visit } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const OSEI = userAccount({ ...PAT, id: 3, role: "doctor", full_name: "Dr Ama Osei" });
const RESULT = resultToReview({
  id: 80,
  booking_id: 5,
  reference: "LB-7K3M-9Q2X",
  patient: { id: 7, full_name: "Pat Moreno", date_of_birth: "1984-05-17", sex: "female" },
  test_code: "CRP",
  test_name: "C-reactive protein",
  status: "verified",
  observations: [],
  outside_range: 0,
  critical: false,
  note: null,
  comment: null,
  collected_at: "2030-01-07T07:35:00Z",
  entered_at: "2030-01-07T09:00:00Z",
  verified_at: "2030-01-07T10:00:00Z",
  verified_by: { id: 9, full_name: "Robin Marsh" },
  seen_at: null,
  released_at: null,
  released_by: null,
  version: 2,
});
const VISIT = visit({
  id: 40,
  patient: { id: 7, full_name: "Pat Moreno", date_of_birth: "1984-05-17", sex: "female", phone: "+49 30 5550 1234" },
  // Monday 09:00 in Berlin
  starts_at: "2030-01-07T08:00:00Z",
  ends_at: "2030-01-07T08:30:00Z",
  status: "booked",
});
const WEEK = availability();

beforeEach(async () => {
  sessionStorage.clear();
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2030-01-05T09:00:00Z") });
  await loadMessages("ui", "doctor", "availability");
  setClinicZone("Europe/Berlin");
  keep(null);
  account.set(OSEI);
});
afterEach(() => {
  vi.useRealTimers();
});

const list = (items: unknown[]) => json({ items, next_cursor: null });
const page = (query = "") => ({ params: {}, query: new URLSearchParams(query), config: CONFIG, account: OSEI });
const open = async (root: HTMLElement) => {
  const details = root.querySelector("details") as HTMLDetailsElement;
  await act(() => {
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
  });
  await settled();
};

describe("results to review", () => {
  const path = "PUT /api/doctor/lab-results/80";

  const COUNTS = json({ total: 1, critical: 0, outside_range: 0, rest: 1, normal: 0, patients: [] });
  const NONE = json({ total: 0, critical: 0, outside_range: 0, rest: 0, normal: 0, patients: [] });

  test("a specimen's results are one group, also across pages", () => {
    const other = { ...RESULT.patient, id: 8 };
    const some = [
      { ...RESULT, id: 3, review_class: "critical" },
      { ...RESULT, id: 2, review_class: "outside_range" },
      { ...RESULT, id: 4, review_class: "outside_range" },
      { ...RESULT, id: 5, review_class: "outside_range", patient: other },
      { ...RESULT, id: 1 },
    ] satisfies Result[];
    const found = sections(some).map(({ name, groups }) => [
      name,
      groups.map(({ items }) => items.map(({ id }) => id)),
    ]);
    expect(found).toEqual([
      ["critical", [[3]]],
      ["outside_range", [[2, 4], [5]]],
      ["rest", [[1]]],
    ]);
  });

  test("a critical or corrected result is not released on its row", () => {
    expect(isQuick(RESULT)).toBe(true);
    expect(isQuick({ ...RESULT, review_class: "critical" })).toBe(false);
    expect(isQuick({ ...RESULT, corrected_at: "2030-01-08T09:00:00Z" })).toBe(false);
  });

  test("comment, review and release are one request", async () => {
    const done = { ...RESULT, status: "released", seen_at: "2030-01-07T11:00:00Z", comment: "Fine.", version: 3 };
    const requests = gateway({
      "GET /api/doctor/lab-results": [list([RESULT])],
      "GET /api/doctor/lab-results/counts": [COUNTS, NONE],
      [path]: [json(done)],
    });
    const root = await draw(<Results {...page()} />);
    await open(root);
    await type("comment-80", "Fine.");
    await press("Release to patient");
    const put = requests.find(({ call }) => call === path);
    expect(put?.body).toEqual({ seen: true, comment: "Fine.", release: true });
    expect(put?.headers.get("If-Match")).toBe('"2"');
    expect(root.querySelector(".done")?.textContent).toContain("released to Pat Moreno");
    expect(root.textContent).toContain("All reviewed");
  });

  test("a result released by a colleague keeps the comment", async () => {
    const now = {
      ...RESULT,
      released_at: "2030-01-07T10:30:00Z",
      released_by: { id: 4, full_name: "Dr Lind" },
      version: 3,
    };
    gateway({
      "GET /api/doctor/lab-results": [list([RESULT])],
      "GET /api/doctor/lab-results/counts": [COUNTS],
      "GET /api/doctor/lab-results/80": [json(now)],
      [path]: [refusal(412, "stale", { version: 3 })],
    });
    const root = await draw(<Results {...page()} />);
    await open(root);
    await type("comment-80", "Fine.");
    await press("Mark as seen");
    await settled();
    expect(root.querySelector(".errors")?.textContent).toContain("Dr Lind released this result");
    expect((document.getElementById("comment-80") as HTMLTextAreaElement).value).toBe("Fine.");
  });
});

describe("the week's rules", () => {
  const week = (...rules: [starts: string, ends: string][]): Week => ({
    slot: "30",
    place: "",
    stretches: rules.map(([starts, ends], id) => ({ id, weekday: "mon", starts, ends })),
  });

  test("overlaps and invalid times are errors of their field", () => {
    const fields = (...rules: [string, string][]) => checkWeek(week(...rules)).map(({ field }) => field);
    expect(fields(["09:00", "12:00"], ["12:00", "00:00"])).toEqual([]);
    expect(fields(["11:00", "13:00"], ["09:00", "12:00"])).toEqual(["starts-0"]);
    expect(fields(["09:00", "12:00"], ["09:00", "12:00"])).toEqual(["starts-1"]);
    expect(fields(["12:00", "09:00"], ["", "12:00"])).toEqual(["ends-0", "starts-1"]);
    expect(checkWeek({ ...week(), slot: "4" })[0]?.field).toBe("slot_minutes");
  });

  test("midnight ends the day; partial slots do not count", () => {
    expect(rulesOf(week(["22:00", "00:00"]))).toEqual([{ weekday: "mon", starts: "22:00", ends: "24:00" }]);
    expect(slotsOn("mon", WEEK.rules, 30)).toBe(14);
    expect(slotsOn("mon", WEEK.rules, 50)).toBe(7);
  });

  test("active visits outside clinic hours are found", () => {
    expect(outside([VISIT], WEEK.rules)).toEqual([]);
    expect(outside([VISIT], rulesOf(week(["09:15", "12:00"])))).toEqual([VISIT]);
    expect(outside([{ ...VISIT, status: "cancelled" }], [])).toEqual([]);
  });

  test("copying replaces the hours of other days", () => {
    const { stretches } = week(["09:00", "12:00"]);
    const both = [...stretches, { id: 7, weekday: "tue" as const, starts: "07:00", ends: "08:00" }];
    const result = copied(both, "mon", ["tue", "wed"]);
    expect(result.map(({ weekday, starts }) => `${weekday} ${starts}`)).toEqual([
      "mon 09:00",
      "tue 09:00",
      "wed 09:00",
    ]);
    expect(new Set(result.map(({ id }) => id)).size).toBe(3);
  });
});

function toMove(items: unknown[]): Response {
  return json({ items, next_cursor: null, in_all: items.length });
}

describe("the availability page", () => {
  const answers = {
    "GET /api/doctor/availability": [json(WEEK)],
    "GET /api/doctor/appointments": [list([VISIT])],
    "GET /api/doctor/time-off": [list([])],
    "GET /api/doctor/extra-hours": [list([])],
    "GET /api/doctor/to-move": [toMove([])],
  };

  test("visits outside new hours are listed before saving", async () => {
    const requests = gateway({
      ...answers,
      "GET /api/doctor/availability": [json(WEEK), json({ ...WEEK, rules: WEEK.rules.slice(0, 1), version: 5 })],
      "PUT /api/doctor/availability": [refusal(412, "stale", { version: 5 })],
    });
    const root = await draw(<Availability {...page()} />);
    expect(root.querySelector(".clash")).toBeNull();
    await type("starts-0", "10:00");
    expect(root.querySelector(".clash")?.textContent).toContain("1 visit is outside these hours");
    await press("Save week");
    await settled();
    expect(requests.find(({ call }) => call.startsWith("PUT"))?.headers.get("If-Match")).toBe('"4"');
    expect(root.querySelector(".errors")?.textContent).toContain("It is now: Monday 09:00–12:00.");
    expect((document.getElementById("starts-0") as HTMLInputElement).value).toBe("10:00");
  });

  test("an emptied week lists every visit, also after saving", async () => {
    gateway({
      ...answers,
      "GET /api/doctor/to-move": [toMove([]), toMove([{ ...VISIT, why: "outside_hours" }])],
      "PUT /api/doctor/availability": [json({ ...WEEK, rules: [], version: 5, to_move: [VISIT] })],
    });
    const root = await draw(<Availability {...page()} />);
    for (let left = 2; left > 0; left -= 1) await press(/^Remove/);
    expect(root.querySelector(".clash")?.textContent).toContain("1 visit is outside these hours");
    await press("Save week");
    await settled();
    expect(root.querySelector(".done")?.textContent).toContain("Your week is saved.");
    expect(root.querySelector(".clash")?.textContent).toContain("1 visit has to be moved");
    expect(root.querySelector(".clash")?.textContent).toContain("Pat Moreno");
  });

  test("visits during time off are listed before saving", async () => {
    const off = { id: 1, starts_at: "2030-01-06T23:00:00Z", ends_at: "2030-01-07T23:00:00Z", reason: null };
    const requests = gateway({
      ...answers,
      "POST /api/doctor/time-off": [json({ ...off, to_move: [VISIT] })],
      "GET /api/doctor/to-move": [toMove([]), toMove([{ ...VISIT, why: "time_off" }])],
    });
    const root = await draw(<Availability {...page()} />);
    await type("off_first", "2030-01-07");
    await settled();
    expect(root.textContent).toContain("1 visit is booked in this time");
    await act(() => document.getElementById("take")?.click());
    await settled();
    const { body } = requests.find(({ call }) => call.startsWith("POST")) ?? {};
    expect(body).toEqual({
      starts_at: "2030-01-07T00:00:00+01:00",
      ends_at: "2030-01-08T00:00:00+01:00",
      reason: null,
    });
    expect(root.querySelector(".done")?.textContent).toBe("Time off is saved: Monday 7 January 2030.");
    expect(root.textContent).toContain("1 visit has to be moved");
  });

  test("extra hours are added and deleted", async () => {
    const extra = { id: 3, day: "2030-01-12", starts: "09:00", ends: "12:00" };
    const requests = gateway({
      ...answers,
      "POST /api/doctor/extra-hours": [json(extra)],
      "DELETE /api/doctor/extra-hours/3": [json({})],
    });
    const root = await draw(<Availability {...page()} />);
    await type("extra_day", "2030-01-12");
    await type("extra_starts", "09:00");
    await act(() => document.getElementById("add_extra")?.click());
    await settled();
    expect(root.querySelector(".errors")?.textContent).toContain("Enter when the hours end");
    await type("extra_ends", "12:00");
    await act(() => document.getElementById("add_extra")?.click());
    await settled();
    expect(requests.find(({ call }) => call.startsWith("POST"))?.body).toEqual({
      day: "2030-01-12",
      starts: "09:00",
      ends: "12:00",
    });
    expect(root.textContent).toContain("Extra hours are saved: Saturday 12 January 2030, 09:00 to 12:00.");
    await press(/^Delete Saturday/);
    await settled();
    expect(root.textContent).toContain("Visits booked then stay booked.");
  });

  test("overbooked visits and visits in extra hours are not outside", () => {
    const rules = rulesOf({ slot: "30", place: "", stretches: [] });
    expect(outside([VISIT], rules)).toEqual([VISIT]);
    expect(outside([{ ...VISIT, overbook_reason: "Pain" }], rules)).toEqual([]);
    expect(outside([VISIT], rules, [{ id: 1, day: "2030-01-07", starts: "08:00", ends: "10:00" }])).toEqual([]);
  });
});

describe("ordering tests", () => {
  const CRP = labTest({ code: "CRP", name: "C-reactive protein", specimen: "serum", preparation: "" });

  test("ordering takes two presses and returns to the visit", async () => {
    history.replaceState(null, "", "/doctor/orders/new?visit=40");
    const chart = { ...CHART, patient: { ...CHART.patient, id: 7 } };
    const requests = gateway({
      "GET /api/doctor/appointments/40": [json(VISIT)],
      "GET /api/doctor/patients/7": [json(chart)],
      "GET /api/labs/tests": [list([CRP])],
      "GET /api/doctor/lab-orders/repeats": [list([])],
      "POST /api/doctor/lab-orders": [json({ id: 1 })],
    });
    const root = await draw(<Order {...page("visit=40")} />);
    expect(root.querySelector(".allergies")?.textContent).toContain("Penicillin");
    await press(/^Add /);
    await press("Order tests");
    await settled();
    const { body } = requests.find(({ call }) => call.startsWith("POST")) ?? {};
    expect(body).toEqual({
      patient_id: 7,
      test_codes: ["CRP"],
      appointment_id: 40,
      starts_at: null,
      note: null,
      priority: "routine",
    });
    expect(location.pathname).toBe("/doctor/visits/40");
  });

  test("times at which the patient is busy are left out", async () => {
    history.replaceState(null, "", "/doctor/orders/new?visit=40");
    const at = (hour: string, free: number, other: object | null = null) => ({
      starts_at: `2030-01-07T${hour}:00:00Z`,
      ends_at: `2030-01-07T${hour}:15:00Z`,
      free,
      other,
    });
    const visit = { kind: "visit", id: 3, starts_at: "2030-01-07T09:00:00Z", ends_at: "2030-01-07T09:30:00Z" };
    gateway({
      "GET /api/doctor/appointments/40": [json(VISIT)],
      "GET /api/doctor/patients/7": [json({ ...CHART, patient: { ...CHART.patient, id: 7 } })],
      "GET /api/labs/tests": [list([CRP])],
      "GET /api/labs/slots": [list([at("08", 1), at("09", 4, visit), at("10", 0), at("11", 2)])],
    });
    const root = await draw(<Order {...page("visit=40")} />);
    await act(() => root.querySelector<HTMLElement>("#timed")?.click());
    await settled();
    const times = [...root.querySelectorAll("#starts_at option")].map(({ textContent }) => textContent);
    expect(times).toEqual(["Choose a time", "09:00", "12:00"]);
    expect(root.querySelector("#starts_at-hint")?.textContent).toContain("the patient has another appointment");
  });
});
