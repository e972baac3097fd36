import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadMessages } from "../src/lib/i18n/i18n";
import { money } from "../src/lib/i18n/numbers";
import type { OwnProps } from "../src/lib/routing/page";
import { setClinicZone } from "../src/lib/time/zone";
import Prescription from "../src/pages/patient/prescriptions/prescription";
import Prescriptions from "../src/pages/patient/prescriptions/prescriptions";
import Referral from "../src/pages/patient/referrals/referral";
import { booking, sentence } from "../src/pages/patient/referrals/sentence";
import { CONFIG, PAT, prescription, prescriptionItem, referral } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, heading, press } from "./page";

const ITEM = prescriptionItem();
const RX = prescription();
const REFERRAL = referral();
const props = (search = "", id = "8"): OwnProps => ({
  params: { id },
  query: new URLSearchParams(search),
  config: CONFIG,
  account: PAT,
});
const NO_REFILLS = { "GET /api/refills": [json({ items: [], next_cursor: null })] };
const text = (): string => document.body.textContent ?? "";

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-05T12:00:00Z"), toFake: ["Date"] });
  setClinicZone(CONFIG.zone);
  await loadMessages("ui", "patient", "refills");
});

afterEach(() => vi.useRealTimers());

describe("prescriptions", () => {
  test("an expired prescription is listed as past", async () => {
    const over = {
      ...RX,
      id: 7,
      status: "ended",
      last_day: "2030-01-03",
      items: [{ ...ITEM, medicine: "Amoxicillin" }],
    };
    gateway({ "GET /api/prescriptions": [json({ items: [RX, over], next_cursor: null })], ...NO_REFILLS });
    const current = await draw(<Prescriptions {...props()} />);
    expect(current.textContent).toContain("Until 9 January 2030");
    expect(current.textContent).not.toContain("Amoxicillin");
    const past = await draw(<Prescriptions {...props("tab=past")} />);
    expect(past.textContent).toContain("Ended on 3 January 2030");
    expect(past.textContent).not.toContain("Ramipril");
  });

  test("an empty list and a failed prescription have messages", async () => {
    gateway({ "GET /api/prescriptions": [json({ items: [], next_cursor: null })], ...NO_REFILLS });
    await draw(<Prescriptions {...props()} />);
    expect(text()).toContain("You have no current prescriptions.");
    const one = "GET /api/prescriptions/8";
    gateway({ [one]: [refusal(500, "unexpected"), json(RX)], ...NO_REFILLS });
    const again = await draw(<Prescription {...props()} />);
    await press("Try again");
    expect(again.querySelector(".lead")?.textContent).toBe("This prescription lasts until 9 January 2030.");
    gateway({ [one]: [refusal(404, "not_found")] });
    const gone = await draw(<Prescription {...props()} />);
    expect(gone.querySelector("h1")?.textContent).toBe("There is no page at this address");
  });

  test("the sheet lists each medicine's last day and a signature", async () => {
    gateway({ "GET /api/prescriptions/8": [json(RX)], ...NO_REFILLS });
    const page = await draw(<Prescription {...props()} />);
    const items = [...page.querySelectorAll(".medicines > li")].map((item) => item.textContent);
    expect(items[0]).toContain("9 January 2030 (7 days)");
    expect(items[1]).toContain("5 January 2030 (3 days)");
    expect(page.querySelector(".sheet")?.textContent).toContain("17 May 1984");
    expect(page.querySelector(".signature")?.textContent).toContain("Dr Ama Osei");
    expect(page.querySelector(".print-head")?.textContent).toContain("RX-1");
  });

  test("a stopped prescription shows the doctor and the reason", async () => {
    const stopped = { ...RX, status: "stopped", stopped_at: "2030-01-04T10:00:00Z", stop_reason: "Rash" };
    gateway({ "GET /api/prescriptions/8": [json(stopped)] });
    await draw(<Prescription {...props()} />);
    expect(text()).toContain("Dr Ama Osei stopped this prescription on 4 January 2030. Do not take it any more.");
    expect(text()).toContain("Why it was stopped: Rash");
  });
});

describe("referrals", () => {
  test.each([
    [{}, "/doctors/4?referral=9"],
    [
      { to_doctor: null, to_specialty: "Ear, nose & throat", status: "sent" },
      "/doctors?specialty=Ear%2C%20nose%20%26%20throat&referral=9",
    ],
    [{ to_doctor: null, to_external: "Sleep laboratory", status: "sent" }, undefined],
    [{ status: "booked" }, undefined],
    [{ status: "declined" }, undefined],
  ] as const)("referral %j is booked at %s", (change, href) => {
    expect(booking({ ...REFERRAL, ...change })?.href).toBe(href);
  });

  test.each(["sent", "accepted", "declined", "booked", "seen", "closed", "cancelled"] as const)(
    "status %s has a sentence for each kind of receiver",
    (status) => {
      for (const to of [{}, { to_doctor: null, to_specialty: "Cardiology" }, { to_doctor: null, to_external: "St Bo" }])
        expect(sentence({ ...REFERRAL, ...to, status })).toMatch(/^[A-Z].+\.$/);
    },
  );

  test("a declined referral shows the reason and links the sender", async () => {
    gateway({ "GET /api/referrals/9": [json({ ...REFERRAL, status: "declined", note: "Not our field." })] });
    const page = await draw(<Referral {...props("", "9")} />);
    expect(heading()).toBe("Your referral");
    expect(text()).toContain("Dr Erik Lind cannot see you for this.");
    expect(text()).toContain("Not our field.");
    expect(page.querySelector('a.button[href="/doctors/3"]')?.textContent).toBe("Book an appointment with Dr Ama Osei");
  });
});

test("money has the decimals of its currency", () => {
  expect(money(1250, "EUR")).toBe("€12.50");
  expect(money(1250, "JPY")).toBe("JP¥1,250");
});
