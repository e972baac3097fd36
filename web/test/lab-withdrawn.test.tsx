import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keep } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { go } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import Orders from "../src/pages/doctor/order/orders";
import LabWork from "../src/pages/lab/booking/booking";
import Worklist from "../src/pages/lab/worklist";
import LabBooking from "../src/pages/patient/labs/booking";
import { CONFIG, labBooking, labTest, PAT, userAccount } from "./fixtures";
import { gateway, json } from "./gateway";
import { at, page } from "./laboratory";
import { draw, press, settled, type } from "./page";

const ROBIN = userAccount({ ...PAT, id: 9, role: "lab", full_name: "Robin Marsh" });
const LENA = userAccount({ ...PAT, id: 3, role: "doctor", full_name: "Dr Lena Okafor" });
const BOOKED = labBooking({ ordered_by: { id: 3, full_name: "Dr Lena Okafor" } });
const GONE = { ...BOOKED, status: "cancelled" as const, cancelled_at: "2030-01-08T12:00:00Z", version: 4 };
const BY_LENA = { cancelled_by: "doctor" as const, cancelled_by_person: { id: 3, full_name: "Dr Lena Okafor" } };
const BY_ROBIN = { cancelled_by: "lab" as const, cancelled_by_person: { id: 9, full_name: "Robin Marsh" } };
const TESTS = { "GET /api/labs/tests": [page(labTest())] };

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-09T12:00:00Z"), toFake: ["Date"] });
  setClinicZone(CONFIG.zone);
  await Promise.all(["ui", "patient", "doctor", "lab"].map((part) => loadMessages(part as "ui")));
});

afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
  keep(null);
  account.set(null);
  go("/");
});

test.each([
  [
    { ...BY_LENA, status_reason: "Measured already" },
    "Withdrawn by Dr Lena Okafor, 8 January 2030.",
    "Measured already",
  ],
  [
    { ...BY_ROBIN, status_reason: "No reagent" },
    "Withdrawn by the laboratory (Robin Marsh), 8 January 2030.",
    "No reagent",
  ],
  [{ cancelled_by: null }, "Closed, 8 January 2030, because no sample was taken in time.", "ask your doctor"],
  [{ cancelled_by: "patient", cancelled_by_person: { id: PAT.id, full_name: "Pat" } }, "Cancelled by you", ""],
])("the patient reads who withdrew a booking and why: %j", async (change, sentence, why) => {
  account.set(PAT);
  gateway({ "GET /api/labs/bookings/5": [json({ ...GONE, ...change })], ...TESTS });
  const drawn = await draw(<LabBooking {...at("/labs/bookings/5", { id: "5" })} />);
  expect(drawn.textContent).toContain(sentence);
  expect(drawn.textContent).toContain(why);
});

test("the laboratory withdraws a booking with a reason", async () => {
  account.set(ROBIN);
  const requests = gateway({
    "GET /api/labs/bookings/5": [json(BOOKED)],
    "GET /api/labs/worklist": [page(BOOKED)],
    "PUT /api/labs/bookings/5/status": [json({ ...GONE, ...BY_ROBIN, status_reason: "No reagent" })],
    ...TESTS,
  });
  const drawn = await draw(<LabWork {...at("/lab/5", { id: "5" })} account={ROBIN} />);
  await press("Withdraw booking");
  await press("Withdraw booking");
  expect(document.querySelector("dialog")?.textContent).toContain("Say why the booking is withdrawn");
  await type("reason", "No reagent");
  await press("Withdraw booking");
  await settled();
  expect(requests.at(-1)?.body).toEqual({ status: "cancelled", reason: "No reagent" });
  expect(drawn.textContent).toContain("Withdrawn by the laboratory (Robin Marsh), 8 January 2030.");
  expect(drawn.textContent).toContain("No reagent");
});

test("the laboratory lists bookings that closed by themselves", async () => {
  account.set(ROBIN);
  const requests = gateway({ "GET /api/labs/uncollected": [page(GONE)], "GET /api/labs/worklist": [page()] });
  const drawn = await draw(<Worklist {...at("/lab?status=uncollected")} account={ROBIN} />);
  expect(drawn.querySelector('[aria-current="page"]')?.textContent).toContain("Not collected");
  expect(drawn.querySelector("tbody")?.textContent).toContain(GONE.reference);
  expect(requests.map(({ call }) => call)).toContain("GET /api/labs/uncollected");
});

test("a doctor withdraws an order and sees why others ended", async () => {
  account.set(LENA);
  const other = { ...GONE, ...BY_ROBIN, id: 6, reference: "LB-6", status_reason: "No reagent" };
  const requests = gateway({
    "GET /api/doctor/lab-orders": [page(BOOKED, other)],
    "PUT /api/doctor/lab-orders/5/cancel": [json({ ...GONE, ...BY_LENA, status_reason: "Measured already" })],
  });
  const drawn = await draw(<Orders {...at("/doctor/orders")} account={LENA} />);
  expect(drawn.textContent).toContain("Withdrawn by the laboratory (Robin Marsh), 8 January 2030. No reagent");
  expect(drawn.querySelectorAll("tbody button")).toHaveLength(1);
  await press("Withdraw LB-1");
  await type("reason", "Measured already");
  await press("Withdraw order");
  await settled();
  expect(requests.at(-1)?.headers.get("If-Match")).toBe('"3"');
  expect(requests.at(-1)?.body).toEqual({ reason: "Measured already" });
  expect(document.activeElement?.textContent).toContain("The order LB-1 is withdrawn.");
  expect(drawn.querySelectorAll("tbody button")).toHaveLength(0);
});
