import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadMessages } from "../src/lib/i18n/i18n";
import { go, notice } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import Refer from "../src/pages/doctor/referrals/refer";
import Referrals from "../src/pages/doctor/referrals/referrals";
import { steps } from "../src/pages/doctor/referrals/steps";
import { CONFIG, PAT, referral, userAccount } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, heading, press, settled, type } from "./page";

const LIND = userAccount({ ...PAT, id: 4, full_name: "Dr Erik Lind", role: "doctor" });
const REFERRAL = referral({
  id: 9,
  reference: "RF-1",
  patient: { id: 7, full_name: "Pat Moreno", date_of_birth: "1984-05-17" },
  from_doctor: { id: 3, full_name: "Dr Ama Osei" },
  to_doctor: { id: 4, full_name: "Dr Erik Lind" },
  to_specialty: null,
  to_external: null,
  reason: "Murmur",
  urgency: "urgent",
  due_on: null,
  status: "sent",
  note: null,
  created_at: "2030-01-02T09:00:00Z",
  version: 1,
});
const CHART = {
  patient: { id: 7, full_name: "Pat Moreno", date_of_birth: null, sex: "female", phone: null, email: PAT.email },
  allergy_status: "not_asked",
  allergies: [],
  problems: [],
  prescriptions: [],
  referrals: [],
  results: [],
  visits: [],
  version: 1,
};
const list = (...items: object[]) => json({ items, next_cursor: null });

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-07T12:00:00Z"), toFake: ["Date"] });
  setClinicZone("Europe/Berlin");
  account.set(LIND);
  await loadMessages("ui", "doctor", "letters");
});

afterEach(() => {
  vi.useRealTimers();
  account.set(null);
  sessionStorage.clear();
  notice.set(null);
  go("/");
});

async function at(href: string, Page: typeof Refer) {
  go(href);
  return draw(<Page params={{}} query={new URLSearchParams(location.search)} config={CONFIG} account={LIND} />);
}

const choose = (id: string, value: string) =>
  act(() => document.querySelector<HTMLInputElement>(`input[name="${id}"][value="${value}"]`)?.click());

test.each([
  ["the receiver", {}, 4, ["accepted", "declined"]],
  ["the sender", {}, 3, ["cancelled"]],
  ["the receiver, accepted", { status: "accepted" }, 4, ["booked", "seen", "declined"]],
  ["the sender, declined", { status: "declined" }, 3, ["closed"]],
  ["the sender to the outside", { to_external: "Radiology" }, 3, ["booked", "seen", "closed", "cancelled"]],
  ["anybody, cancelled", { status: "cancelled" }, 4, []],
] as const)("allowed steps of %s", (_, change, me, legal) => {
  expect(steps({ ...REFERRAL, ...change }, me)).toEqual(legal);
});

describe("the list", () => {
  test("declining needs a note and sends the version", async () => {
    const declined = { ...REFERRAL, status: "declined", note: "Not our field", version: 2 };
    const requests = gateway({
      "GET /api/doctor/referrals": [list(REFERRAL)],
      "PUT /api/doctor/referrals/9": [json(declined)],
    });
    const page = await at("/doctor/referrals", Referrals);
    await press(/^Decline/);
    await press("Decline");
    expect(page.querySelector("dialog [role=alert]")?.textContent).toContain("Enter the reason");
    await type("note", "Not our field");
    await press("Decline");
    expect(requests.at(-1)?.body).toEqual({ status: "declined", note: "Not our field" });
    expect(requests.at(-1)?.headers.get("If-Match")).toBe('"1"');
    expect(page.querySelector(".done")?.textContent).toBe("Pat Moreno: Declined.");
    expect(document.activeElement).toBe(page.querySelector(".done"));
    expect(page.querySelector("dialog")).toBeNull();
    expect(sessionStorage).toHaveLength(0);
  });

  test("a referral changed elsewhere is shown in dialog and list", async () => {
    const cancelled = { ...REFERRAL, status: "cancelled", version: 2 };
    gateway({
      "GET /api/doctor/referrals": [list(REFERRAL)],
      "GET /api/doctor/referrals/9": [json({ ...cancelled, enclosed: null })],
      "PUT /api/doctor/referrals/9": [refusal(412, "stale", { version: 2 })],
    });
    const page = await at("/doctor/referrals", Referrals);
    await press(/^Accept/);
    await press("Accept");
    expect(page.querySelector("dialog [role=alert]")?.textContent).toContain("Its status is now: Cancelled.");
    await press("Close");
    expect(page.querySelector(".warning")?.textContent).toContain("changed meanwhile");
    expect(page.querySelector("tbody")?.textContent).toContain("Cancelled");
    expect(page.querySelector("tbody button")).toBeNull();
  });

  test("one referral has a page; an unknown one is not found", async () => {
    gateway({
      "GET /api/doctor/referrals/9": [json({ ...REFERRAL, enclosed: null })],
      "GET /api/doctor/referrals/8": [refusal(404, "not_found")],
    });
    await at("/doctor/referrals?direction=sent&id=9", Referrals);
    expect(heading()).toBe("Referral of Pat Moreno");
    expect(document.querySelector(".back a")?.getAttribute("href")).toBe("/doctor/referrals?direction=sent");
    expect((await at("/doctor/referrals?id=8", Referrals)).textContent).toContain("There is no page");
  });
});

describe("a new referral", () => {
  const found = (...ids: number[]) =>
    list(...ids.map((id) => ({ id, full_name: `Dr ${id}`, specialty: "Cardiology" })));
  const replies = {
    "GET /api/doctor/patients/7": [json(CHART)],
    "GET /api/doctors": [found(4, 5, 6)],
    "GET /api/specialties": [list({ name: "Cardiology", doctors: 2 })],
  };

  test("a referral goes to another doctor and returns to the visit", async () => {
    const requests = gateway({ ...replies, "POST /api/doctor/referrals": [json(REFERRAL)] });
    const page = await at("/doctor/referrals/new?patient=7&visit=5", Refer);
    expect([...page.querySelectorAll("#to_doctor_id input")].map((one) => one.getAttribute("value"))).toEqual([
      "5",
      "6",
    ]);
    await press("Send the referral");
    expect(page.querySelectorAll("[role=alert] li")).toHaveLength(2);
    await choose("to_doctor_id", "6");
    await choose("urgency", "urgent");
    await type("reason", " Murmur ");
    await type("due_on", "2030-01-06");
    await press("Send the referral");
    expect(page.querySelector("[role=alert]")?.textContent).toContain("a day from today on");
    await type("due_on", "2030-01-09");
    await press("Send the referral");
    expect(requests.at(-1)?.body).toEqual({
      patient_id: 7,
      to_doctor_id: 6,
      reason: "Murmur",
      urgency: "urgent",
      due_on: "2030-01-09",
      enclose: { problems: false, medicines: false, allergies: true, results: [] },
    });
    expect(location.pathname).toBe("/doctor/visits/5");
    expect(notice.get()).toBe("referred");
  });

  test("a referral has one receiver after a change of choice", async () => {
    const requests = gateway({ ...replies, "POST /api/doctor/referrals": [json(REFERRAL)] });
    await at("/doctor/referrals/new?patient=7", Refer);
    await choose("to_doctor_id", "6");
    await choose("to", "outside");
    await type("to_external", "Northside Radiology");
    await type("reason", "MRI");
    await press("Send the referral");
    await settled();
    expect(requests.at(-1)?.body).toMatchObject({ to_external: "Northside Radiology", due_on: null });
    expect(requests.at(-1)?.body).not.toHaveProperty("to_doctor_id");
    expect(location.pathname + location.search).toBe("/doctor/referrals?direction=sent");
  });
});
