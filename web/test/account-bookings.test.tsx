import { beforeEach, expect, test } from "vitest";
import { loadLocale, loadMessages } from "../src/lib/i18n/i18n";
import { setClinicZone } from "../src/lib/time/zone";
import EmergencyAccess from "../src/pages/admin/audit/emergency-access";
import AccountBookings from "../src/pages/admin/people/account-bookings";
import { CONFIG, PAT } from "./fixtures";
import { gateway, json } from "./gateway";
import { draw, press, settled, type } from "./page";

const ADMIN = { ...PAT, id: 1, role: "admin" as const };
const BOOKINGS = "GET /api/admin/patients/7/bookings";
const CANCEL = "PUT /api/admin/patients/7/bookings/cancel";
const ACCESSES = "GET /api/admin/emergency-access";
const patient = { id: 7, full_name: "Max Many" };
const doctor = { id: 3, full_name: "Dr Ama Osei" };
const at = (params: Record<string, string>) => ({
  params,
  query: new URLSearchParams(),
  config: CONFIG,
  account: ADMIN,
});

beforeEach(async () => {
  setClinicZone("Europe/Berlin");
  await loadLocale(["en"]);
  await loadMessages("ui", "admin", "bookings");
});

test("all bookings of an account are listed and cancelled with a reason", async () => {
  const times = { starts_at: "2030-01-07T08:00:00Z", ends_at: "2030-01-07T08:30:00Z" };
  const visits = [{ kind: "visit", id: 5, ...times, doctor }];
  const laboratory = [{ kind: "laboratory", id: 6, ...times, doctor: null }];
  const none = { patient, visits: [], laboratory: [], visits_in_all: 0, laboratory_in_all: 0 };
  const calls = gateway({
    [BOOKINGS]: [json({ patient, visits, laboratory, visits_in_all: 3, laboratory_in_all: 1 }), json(none)],
    [CANCEL]: [json({ patient, visits: 3, laboratory: 1, reason: "Booked by a program" })],
  });
  const shown = await draw(<AccountBookings {...at({ id: "7" })} />);
  expect(shown.textContent).toContain("Monday 7 January 2030, 09:00: Dr Ama Osei");
  expect(shown.textContent).toContain("and 2 more");
  await press("Cancel all 4 appointments");
  await press("Cancel all");
  expect(document.body.textContent).toContain("Enter the reason");
  await type("reason", "Booked by a program");
  await press("Cancel all");
  await settled();
  expect(calls.length).toBeGreaterThan(1);
  expect(shown.textContent).toContain("Cancelled: 3 visits and 1 laboratory bookings.");
  expect(shown.textContent).toContain("no appointments ahead");
});

test("an emergency access is reviewed", async () => {
  const access = { id: 9, patient, doctor, reason: "Found unconscious", opened_at: "2030-01-07T08:00:00Z" };
  const review = { justified: false, comment: "Nobody knew", reviewed_by: PAT, reviewed_at: "2030-01-07T09:00:00Z" };
  gateway({
    [ACCESSES]: [json({ items: [{ ...access, until: "2030-01-07T09:00:00Z", review: null }], next_cursor: null })],
    "PUT /api/admin/emergency-access/9": [json({ ...access, until: "2030-01-07T09:00:00Z", review })],
  });
  const shown = await draw(<EmergencyAccess {...at({})} />);
  await press("Save review");
  expect(shown.textContent).toContain("Choose whether it was justified");
  shown.querySelector<HTMLInputElement>("input[type=radio][value=no]")?.click();
  await settled();
  await press("Save review");
  expect(shown.textContent).toContain("Not justified, says");
  expect(shown.querySelector("form")).toBeNull();
});
