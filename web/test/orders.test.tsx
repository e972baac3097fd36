import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keep } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { go } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import ChangeOrder from "../src/pages/doctor/order/change";
import { OrderList } from "../src/pages/doctor/order/order-list";
import Orders from "../src/pages/doctor/order/orders";
import { Repeats } from "../src/pages/doctor/order/repeats";
import { OrdersLine } from "../src/pages/doctor/today/orders-line";
import { CONFIG, labBooking, labTest, PAT, userAccount } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { at, page } from "./laboratory";
import { draw, press, settled } from "./page";

const LENA = userAccount({ ...PAT, id: 3, role: "doctor", full_name: "Dr Lena Okafor" });
const ME = { id: 3, full_name: "Dr Lena Okafor" };
const OWN = labBooking({ ordered_by: ME, priority: "stat", starts_at: null });
const DUE = { collected_at: "2030-01-09T08:00:00Z", expected_by: "2030-01-09T09:00:00Z" };
const CRP = labTest({ code: "CRP", name: "C-reactive protein" });

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-09T12:00:00Z"), toFake: ["Date"] });
  setClinicZone(CONFIG.zone);
  await Promise.all(["ui", "doctor"].map((part) => loadMessages(part as "ui")));
  account.set(LENA);
});

afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
  keep(null);
  account.set(null);
  go("/");
});

test.each([
  [{}, "Ordered", "No fixed time"],
  [{ status: "collected" as const, ...DUE }, "Collected", "Result expected by"],
  [{ status: "resulted" as const, ...DUE }, "In the laboratory", "Result expected by"],
  [{ status: "received" as const, ...DUE, late: true }, "Late", "The result was expected by"],
  [{ status: "rejected" as const, status_reason: "Clotted" }, "Rejected", "The specimen has to be collected again."],
  [{ status: "verified" as const, ...DUE }, "Verified", "See the results"],
])("the chart says the state of an order in clinicians' words: %j", async (change, chip, sentence) => {
  gateway({ "GET /api/doctor/patients/7/lab-orders": [page(labBooking({ ...OWN, ...change }))] });
  const drawn = await draw(<OrderList patient={7} me={3} />);
  const [item] = drawn.querySelectorAll("li");
  expect([...(item?.querySelectorAll(".chip") ?? [])].map((one) => one.textContent)).toEqual(["STAT", chip]);
  expect(item?.textContent).toContain(sentence);
  expect(item?.querySelector('a[href="/doctor/orders/5"]') !== null).toBe(chip === "Ordered");
});

test("the list of orders shows the late ones", async () => {
  const late = labBooking({ ...OWN, ...DUE, status: "received", late: true });
  gateway({ "GET /api/doctor/lab-orders": [page(late)] });
  const drawn = await draw(<Orders {...at("/doctor/orders?show=late")} account={LENA} />);
  expect(drawn.querySelector('[aria-current="page"]')?.textContent).toBe("Late");
  expect(drawn.querySelectorAll("tbody button, tbody a.button")).toHaveLength(0);
});

test("today counts late and rejected orders and links to them", async () => {
  gateway({ "GET /api/doctor/lab-orders/counts": [json({ late: 2, rejected: 1 })] });
  const drawn = await draw(<OrdersLine />);
  expect(drawn.textContent).toBe("Laboratory orders2 late1 rejected");
  expect(drawn.querySelector('a[href="/doctor/orders?show=late"]')?.textContent).toBe("2 late");
});

describe("changing an order", () => {
  const calls = (answer: Response) => ({
    "GET /api/doctor/lab-orders/5": [json(OWN), json({ ...OWN, ...DUE, status: "collected", version: 4 })],
    "GET /api/labs/tests": [page(labTest(), CRP)],
    "GET /api/doctor/lab-orders/repeats": [page()],
    "PUT /api/doctor/lab-orders/5": [answer],
  });

  test("an order gets another test and keeps its time", async () => {
    const requests = gateway(calls(json({ ...OWN, version: 4 })));
    const drawn = await draw(<ChangeOrder {...at("/doctor/orders/5", { id: "5" })} account={LENA} />);
    expect(drawn.querySelector<HTMLInputElement>('input[value="stat"]')?.checked).toBe(true);
    await press(/^Add C-reactive protein/);
    await press("Save changes");
    await settled();
    const sent = requests.find(({ call }) => call.startsWith("PUT"));
    expect(sent?.body).toEqual({ test_codes: [labTest().code, "CRP"], priority: "stat", note: null });
    expect(sent?.headers.get("If-Match")).toBe('"3"');
    expect(location.pathname).toBe("/doctor/orders");
  });

  test("a collected order shows its state instead of the form", async () => {
    const refused = refusal(409, "illegal_transition", { current: "collected", legal: [] });
    gateway(calls(refused));
    const drawn = await draw(<ChangeOrder {...at("/doctor/orders/5", { id: "5" })} account={LENA} />);
    await press("Save changes");
    await settled();
    expect(drawn.querySelector("form")).toBeNull();
    expect(drawn.textContent).toContain("This order can no longer change.");
    expect(drawn.textContent).toContain("Result expected by");
  });
});

test("a repeated test is named with its day before ordering", async () => {
  const repeated = {
    code: "HBA1C",
    name: "HbA1c",
    repeat_after_days: 90,
    booking_id: 4,
    reference: "LB-4",
    status: "collected",
    at: "2030-01-02T08:00:00Z",
    again_from: "2030-04-02T08:00:00Z",
    ordered_by: ME,
    result: null,
  };
  gateway({ "GET /api/doctor/lab-orders/repeats": [page(repeated)] });
  const drawn = await draw(<Repeats patient={7} codes={["HBA1C"]} changed={undefined} />);
  expect(drawn.textContent).toContain("This test was ordered or measured a short time ago");
  expect(drawn.textContent).toContain("collected 2 January 2030, the result is not there yet (LB-4).");
  expect(drawn.textContent).toContain("Usually not again before 2 April 2030.");
});

test("a failed check of repeats is said", async () => {
  gateway({ "GET /api/doctor/lab-orders/repeats": [refusal(404, "not_found")] });
  const drawn = await draw(<Repeats patient={7} codes={["HBA1C"]} changed={undefined} />);
  expect(drawn.textContent).toContain("the check failed");
});
