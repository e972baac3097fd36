import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keep } from "../src/api/client";
import { isUncollected } from "../src/lib/clinical/withdrawn";
import { loadMessages } from "../src/lib/i18n/i18n";
import { address, go } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { ago } from "../src/lib/time/ago";
import { setClinicZone } from "../src/lib/time/zone";
import Orders from "../src/pages/doctor/order/orders";
import LabWork from "../src/pages/lab/booking/booking";
import { bars, QUIET, widths } from "../src/pages/lab/labels/code128";
import Labels from "../src/pages/lab/labels/labels";
import Worklist from "../src/pages/lab/worklist";
import { searchText } from "../src/pages/lab/worklist-search";
import { CONFIG, labBooking, labTest, PAT, specimen, userAccount } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { at, page } from "./laboratory";
import { draw, press, settled, type } from "./page";

const ROBIN = userAccount({ ...PAT, id: 9, role: "lab", full_name: "Robin Marsh" });
const BY_ROBIN = { id: 9, full_name: "Robin Marsh" };
const SERUM = specimen({ type: "serum tube", status: "collected", collected_at: "2030-01-09T11:35:00Z" });
const URINE = specimen({ id: 22, accession: "ABCDEFGH2", type: "urine", test_codes: ["UA"] });
const LOST = specimen({
  id: 20,
  accession: "22222222X",
  type: "serum tube",
  status: "rejected",
  rejected_at: "2030-01-08T12:00:00Z",
  rejected_by: BY_ROBIN,
  rejection_reason: "The blood had clotted",
});
const TUBES = labBooking({
  ordered_by: { id: 3, full_name: "Dr Lena Okafor" },
  tests: [
    { ...labTest(), result_id: null, to_verify: null },
    { ...labTest(), code: "UA", name: "Urinalysis", result_id: null, to_verify: null },
  ],
  specimens: [LOST, SERUM, URINE],
});
const COUNTS = { booked: 3, collected: 0, received: 0, in_progress: 0, resulted: 0, rejected: 0, all: 3, stat: 1 };
const LISTED = { "GET /api/labs/worklist/counts": [json(COUNTS)], "GET /api/labs/tests": [page(labTest())] };

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-09T12:00:00Z"), toFake: ["Date"] });
  setClinicZone(CONFIG.zone);
  account.set(ROBIN);
  await Promise.all(["ui", "doctor", "lab"].map((part) => loadMessages(part as "ui")));
});

afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
  document.documentElement.lang = "en";
  keep(null);
  account.set(null);
  go("/");
});

const worklist = (href = "/lab") => draw(<Worklist {...at(href)} account={ROBIN} />);
const booking = () => draw(<LabWork {...at("/lab/5", { id: "5" })} account={ROBIN} />);

describe("a search", () => {
  test.each([
    ["en", "Moreno 17/05/1984", "Moreno 1984-05-17"],
    ["en", "7.5.1984", "1984-05-07"],
    ["de", "17.05.1984 Moreno", "1984-05-17 Moreno"],
    ["de", "17/5/1984", "1984-05-17"],
    ["en-US", "05/17/1984", "1984-05-17"],
    ["en", "31.2.1984", "31.2.1984"],
    ["en", "7K3M-9Q2X-4", "7K3M-9Q2X-4"],
    ["en", "1984-05-17", "1984-05-17"],
  ])("in %s %s is sent as %s", (language, typed, sent) => {
    document.documentElement.lang = language;
    expect(searchText(typed)).toBe(sent);
  });

  test("a scanned number opens its booking", async () => {
    gateway({ ...LISTED, "GET /api/labs/worklist": [page(), page(TUBES)] });
    await worklist();
    expect(document.activeElement?.id).toBe("q");
    await type("q", "abcd-efgh-2");
    await press("Find");
    await settled();
    expect(address.get()).toEqual({ path: "/lab/5", search: "" });
  });

  test("a name lists the bookings of all statuses and days", async () => {
    gateway({ ...LISTED, "GET /api/labs/worklist": [page(), page(TUBES), page(TUBES)] });
    await worklist("/lab?status=received&day=2030-01-09");
    await type("q", "Moreno");
    await press("Find");
    await settled();
    expect(address.get()).toEqual({ path: "/lab", search: "?q=Moreno" });
  });
});

describe("a row of the worklist", () => {
  test("it shows urgency, time since collection and the doctor", async () => {
    const stat = { status: "collected", priority: "stat", collected_at: SERUM.collected_at };
    const waiting = { ...TUBES, ...stat, specimens: [LOST, SERUM] };
    gateway({ ...LISTED, "GET /api/labs/worklist": [page(waiting)] });
    const row = (await worklist()).querySelector("tbody tr");
    expect(row?.textContent).toContain("STAT");
    expect(row?.textContent).toContain("collected 25 min");
    expect(row?.textContent).toContain("Dr Lena Okafor");
    expect(row?.querySelector("button")).toBeNull();
  });

  test("collecting asks for the identity and sends the version", async () => {
    const requests = gateway({
      ...LISTED,
      "GET /api/labs/worklist": [page(TUBES), page()],
      "PUT /api/labs/bookings/5/status": [
        refusal(412, "stale", { version: 4 }),
        json({ ...TUBES, status: "collected" }),
      ],
    });
    await worklist();
    await press("Collect LB-1");
    const dialog = () => document.querySelector("dialog");
    expect(dialog()?.textContent).toContain("Pat Morenoborn 17 May 1984");
    expect(dialog()?.textContent).toContain("ABCDEFGH2");
    expect(dialog()?.textContent).not.toContain(SERUM.accession);
    await press("Yes, collected");
    expect(dialog()?.querySelector(".errors")).not.toBeNull();
    await press("Yes, collected");
    const put = requests.filter(({ call }) => call.startsWith("PUT")).at(-1);
    expect([put?.body, put?.headers.get("If-Match")]).toEqual([{ status: "collected" }, '"3"']);
    expect(document.querySelector(".done")?.textContent).toBe("Pat Moreno, LB-1: collected.");
    expect(document.activeElement?.id).toBe("q");
  });

  test.each([
    ["2030-01-09T11:59:50Z", "0 min"],
    ["2030-01-09T10:01:00Z", "119 min"],
    ["2030-01-09T09:00:00Z", "3 hr"],
    ["2030-01-06T09:00:00Z", "3 days"],
    ["2030-01-09T12:00:50Z", "0 min"],
  ])("%s is %s ago", (instant, text) => {
    expect(ago(instant)).toContain(text);
  });
});

describe("the specimens of a booking", () => {
  test("each has its steps, the rejected one its reason", async () => {
    const received = { ...TUBES, specimens: [LOST, { ...SERUM, status: "received" as const }, URINE], version: 4 };
    const requests = gateway({
      ...LISTED,
      "GET /api/labs/worklist": [page()],
      "GET /api/labs/bookings/5": [json(TUBES)],
      "PUT /api/labs/specimens/21/status": [json(received)],
    });
    const root = await booking();
    expect(root.querySelector(".tubes")?.textContent).toContain(
      "Rejected Tue 8 Jan 2030, 13:00 by Robin Marsh. Reason: The blood had clotted",
    );
    expect(root.querySelectorAll(".tubes button")).toHaveLength(3);
    expect(root.querySelector(".values-form")).toBeNull();
    await press(`Receive ${SERUM.accession}`);
    const put = requests.find(({ call }) => call.startsWith("PUT"));
    expect(put?.body).toEqual({ status: "received", reason: null });
    expect(put?.headers.get("If-Match")).toBe('"3"');
    expect(root.querySelector(".done")?.textContent).toBe(`${SERUM.accession}: In the laboratory.`);
    // only the values of the received specimen can be entered
    expect([...root.querySelectorAll(".values-form legend")].map((one) => one.textContent)).toEqual(["Blood count"]);
  });

  test.each([
    ["collected", "booked", null, false],
    ["received", "rejected", null, false],
    ["received", "rejected", 80, true],
    ["expected", "booked", null, true],
  ] as const)("one that is %s: a %s booking with result %s is withdrawn: %s", (status, of, result_id, can) => {
    const tests = TUBES.tests.map((one) => (one.code === "CBC" ? { ...one, result_id } : one));
    expect(isUncollected({ status: of, tests, specimens: [LOST, { ...SERUM, status }, URINE] })).toBe(can);
  });

  test("one is rejected with a reason", async () => {
    const requests = gateway({
      ...LISTED,
      "GET /api/labs/worklist": [page()],
      "GET /api/labs/bookings/5": [json(TUBES)],
      "PUT /api/labs/specimens/21/status": [json(TUBES)],
    });
    await booking();
    await press(`Reject ${SERUM.accession}`);
    await press("Reject");
    expect(document.querySelector("dialog .errors")?.textContent).toContain("Say why");
    await type("reason", "Haemolysed");
    await press("Reject");
    await settled();
    const put = requests.find(({ call }) => call.startsWith("PUT"));
    expect(put?.body).toEqual({ status: "rejected", reason: "Haemolysed" });
    expect(document.querySelector("dialog")).toBeNull();
  });

  test("the doctor reads an earlier reason after recollection", async () => {
    gateway({ "GET /api/doctor/lab-orders": [page({ ...TUBES, status: "collected" })] });
    const root = await draw(<Orders {...at("/doctor/orders")} account={ROBIN} />);
    expect(root.textContent).toContain("Rejected 8 January 2030 (serum tube): The blood had clotted");
  });
});

describe("labels", () => {
  test("there is one for each specimen that is not rejected", async () => {
    gateway({ "GET /api/labs/bookings/5": [json(TUBES)] });
    const root = await draw(<Labels {...at("/lab/5/labels", { id: "5" })} account={ROBIN} />);
    const labels = [...root.querySelectorAll(".label")];
    expect(labels.map((one) => one.querySelector("svg")?.getAttribute("aria-label"))).toEqual([
      "7K3M9Q2X4",
      "ABCDEFGH2",
    ]);
    expect(labels[0]?.textContent).toBe(
      "Pat Morenoborn 17 May 19847K3M9Q2X4serum tubeCBCCollected Wed 9 Jan 2030, 12:35",
    );
    expect(labels[1]?.textContent).toContain("urineUABooked for Tue 8 Jan 2030, 09:00");
    // a specimen that is collected again has another time than the booking
    gateway({ "GET /api/labs/bookings/5": [json({ ...TUBES, status: "rejected", specimens: [LOST, URINE] })] });
    const again = await draw(<Labels {...at("/lab/5/labels", { id: "5" })} account={ROBIN} />);
    expect(again.querySelector(".label")?.textContent).toContain("Collected: __ : __");
  });

  test("every symbol has eleven modules, and bars of even width", () => {
    for (let code = 32; code < 127; code += 1) {
      const all = widths(String.fromCharCode(code).repeat(7));
      expect(all).toHaveLength(6 * 9 + 7);
      const symbols = Array.from({ length: 9 }, (_, n) => all.slice(6 * n, 6 * n + 6));
      for (const one of symbols) {
        expect(one.reduce((sum, width) => sum + width)).toBe(11);
        expect(one.filter((_, n) => n % 2 === 0).reduce((sum, width) => sum + width) % 2).toBe(0);
      }
    }
    const { width, path } = bars("7K3M9Q2X4");
    expect(width).toBe(11 * 11 + 13 + 2 * QUIET);
    expect(path.match(/M/g)).toHaveLength(11 * 3 + 4);
  });
});
