import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { go, notice } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import { stillTrue } from "../src/pages/doctor/prescribe/check";
import { ofMedicine } from "../src/pages/doctor/prescribe/choices";
import { copied, empty, lastOf, toContinue, withChoice } from "../src/pages/doctor/prescribe/items";
import Prescribe from "../src/pages/doctor/prescribe/prescribe";
import Prescription from "../src/pages/doctor/prescribe/prescription";
import { alert, CONFIG, chart, PAT, userAccount } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const OSEI = userAccount({ ...PAT, id: 3, full_name: "Dr Ama Osei", role: "doctor" });
const PENICILLIN = {
  substance: "Penicillin",
  reaction: "Hives",
  severity: "severe",
  noted_on: null,
  emergency: false,
} as const;
const earlier = (id: number, doctor: number, medicine = "Bisoprolol 2.5 mg tablets"): Schemas["Prescription"] => ({
  id,
  reference: "RX-1",
  patient: { id: 7, full_name: "Pat Moreno", date_of_birth: "1984-05-17" },
  doctor: { id: doctor, full_name: doctor === 3 ? "Dr Ama Osei" : "Dr Erik Lind" },
  appointment_id: null,
  items: [
    {
      medicine,
      dose: "1 tablet",
      route: "oral",
      frequency: "when needed most",
      duration_days: 90,
      quantity: 90,
      repeats: 3,
      instructions: "",
      last_day: "2030-04-02",
      active: true,
    },
  ],
  notes: "Finish the course.",
  check: null,
  override_reason: null,
  status: "active",
  last_day: "2030-04-02",
  created_at: "2030-01-02T09:00:00Z",
  emergency: false,
  stopped_at: null,
  stopped_by: null,
  stop_reason: null,
  version: 1,
});
const CHART = chart({
  patient: {
    id: 7,
    full_name: "Pat Moreno",
    date_of_birth: "1984-05-17",
    sex: "female",
    phone: null,
    email: PAT.email,
    reference: "PT-7K3M-9Q2X4",
  },
  allergy_status: "noted",
  allergies: [PENICILLIN],
  problems: [],
  prescriptions: [earlier(12, 4), earlier(11, 3)],
  referrals: [],
  results: [],
  visits: [],
  access: [],
  version: 1,
});
const TAKES = { patient: CHART.patient, items: [] };
const NO_ALERTS = { alerts: [], unchecked: [], rules_version: "1" };
const CHECK = "POST /api/doctor/prescriptions/check";
const REPLIES = {
  "GET /api/doctor/patients/7": [json(CHART)],
  "GET /api/doctor/patients/7/medicines": [json(TAKES)],
  "GET /api/doctor/medicines/most-used": [json({ items: [] })],
  "GET /api/medicines": [json({ items: [], rules_version: "1" })],
  "GET /api/doctor/prescriptions": [json({ items: [], next_cursor: null })],
  [CHECK]: [json(NO_ALERTS)],
};
const COPIED = alert({ medicine: "Bisoprolol 2.5 mg tablets", key: "duplicate:bisoprolol", kind: "duplicate" });

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-07T12:00:00Z"), toFake: ["Date"] });
  setClinicZone("Europe/Berlin");
  account.set(OSEI);
  await loadMessages("ui", "doctor", "prescribe");
});

afterEach(() => {
  vi.useRealTimers();
  account.set(null);
  sessionStorage.clear();
  notice.set(null);
  go("/");
});

async function open(search = "?patient=7&visit=5") {
  go(`/doctor/prescriptions/new${search}`);
  const query = new URLSearchParams(location.search);
  return draw(<Prescribe params={{}} query={query} config={CONFIG} account={OSEI} />);
}

async function fill(texts: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) await type(`items.0.${name}`, text);
}

/** Wait until the debounced answer is drawn. */
async function shown(selector: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await settled();
      expect(document.querySelector(selector)).not.toBeNull();
    },
    { timeout: 2_000, interval: 20 },
  );
}

const value = (id: string): string => (document.getElementById(id) as HTMLInputElement).value;

describe("alerts", () => {
  const dose = { dose: null, route: null, frequency: null, duration_days: null };
  const [one, other] = [
    { ...dose, medicine: "Ibuprofen 400 mg" },
    { ...dose, medicine: "Warfarin 5 mg tablets" },
  ];
  const answer = {
    alerts: [alert()],
    unchecked: [
      { text: "siehe Akte", reason: "unknown_allergy" as const },
      { text: "Ibuprofen 400 mg: 1, oral, daily", reason: "dose_not_read" as const },
    ],
  };

  test.each([
    ["nothing changed", [one, other], 1],
    ["a medicine was added", [one, other, { ...one, medicine: "Ramipril" }], 1],
    ["its medicine changed", [{ ...one, medicine: "Ibu" }, other], 0],
    ["its dose changed", [{ ...one, dose: "2" }, other], 0],
    ["the other medicine changed", [one, { ...other, dose: "2" }], 0],
    ["it is gone", [other], 0],
  ])("while a new answer is awaited, %s", (_, now, shown) => {
    const still = stillTrue(answer, [one, other], now);
    expect(still.alerts).toHaveLength(shown);
    expect(still.unchecked.map(({ text }) => text)).toEqual(["siehe Akte"]);
  });
});

describe("choosing a medicine", () => {
  const found = {
    kind: "substance",
    name: { en: "ibuprofen", de: "Ibuprofen" },
    matched: "nurofen",
    substances: [{ en: "ibuprofen", de: "Ibuprofen" }],
    classes: [{ en: "NSAIDs", de: "NSAR" }],
    routes: ["oral", "skin"],
    dose: "400 mg",
    frequency: { en: "3 times a day", de: "3-mal täglich" },
  } as const;

  test("the list fills dose, route and frequency in the form's words", () => {
    const { fills, about } = ofMedicine({
      ...found,
      routes: [...found.routes],
      substances: [...found.substances],
      classes: [...found.classes],
    });
    expect(fills).toEqual({ medicine: "Nurofen", dose: "400 mg", route: "oral", frequency: "3 times a day" });
    expect(about).toBe("ibuprofen · NSAIDs · 400 mg");
  });

  test("values of another medicine do not stay", () => {
    const { fills } = ofMedicine({ ...found, substances: [], classes: [], routes: [], dose: null, frequency: null });
    expect(fills).toEqual({ medicine: "Nurofen", dose: "", route: "", frequency: "" });
  });

  test("a favourite takes the first empty place, or a new one", () => {
    const typed = [{ ...empty(1), medicine: "Ibuprofen" }, empty(2)];
    expect(withChoice(typed, { medicine: "Ramipril" }).map(({ medicine }) => medicine)).toEqual([
      "Ibuprofen",
      "Ramipril",
    ]);
    expect(withChoice(typed.slice(0, 1), { medicine: "Ramipril" })).toHaveLength(2);
  });

  test("a continued prescription brings what is taken and not on the form", () => {
    const [running] = earlier(13, 4).items;
    if (!running) throw new Error("no item");
    const items = [running, { ...running, medicine: "Prednisolone", active: false }];
    const typed = { items: [empty(1)], notes: "" };
    expect(toContinue(typed, { ...earlier(13, 4), items }).items).toEqual([running]);
    const there = { ...typed, items: [{ ...empty(1), medicine: running.medicine }] };
    expect(toContinue(there, { ...earlier(13, 4), items }).items).toEqual([]);
  });
});

describe("copying the last prescription", () => {
  test("the doctor's own precedes a colleague's newer one", () => {
    expect(lastOf(CHART, 3)?.id).toBe(11);
    expect(lastOf(CHART, 9)?.id).toBe(12);
    expect(lastOf({ prescriptions: [] }, 3)).toBeUndefined();
  });

  test("typed medicines stay, an empty one is replaced", () => {
    const typed = { items: [{ ...empty(1), medicine: "Ibuprofen" }, empty(2)], notes: "" };
    const { items, notes } = copied(typed, earlier(11, 3));
    expect(items.map(({ medicine }) => medicine)).toEqual(["Ibuprofen", "Bisoprolol 2.5 mg tablets"]);
    expect(items[1]).toMatchObject({ days: "90", quantity: "90", repeats: "3", instructions: "" });
    expect(new Set(items.map(({ key }) => key)).size).toBe(2);
    expect(notes).toBe("Finish the course.");
    expect(copied({ ...typed, notes: "Mine." }, earlier(11, 3)).notes).toBe("Mine.");
  });
});

describe("the form", () => {
  test("a copied prescription is sent and returns to the visit", async () => {
    const requests = gateway({ ...REPLIES, "POST /api/doctor/prescriptions": [json(earlier(20, 3))] });
    await open();
    await press("Copy last prescription");
    await press("Prescribe");
    expect(requests.at(-1)?.body).toMatchObject({
      patient_id: 7,
      appointment_id: 5,
      items: [{ medicine: "Bisoprolol 2.5 mg tablets", frequency: "when needed most", duration_days: 90, repeats: 3 }],
      notes: "Finish the course.",
      overrides: [],
    });
    expect(location.pathname).toBe("/doctor/visits/5");
    expect(notice.get()).toBe("prescribed");
    expect(sessionStorage).toHaveLength(0);
  });

  test("an alert blocks sending until there is a reason", async () => {
    const found = json({ ...NO_ALERTS, alerts: [COPIED] });
    const written = { ...REPLIES, [CHECK]: [found], "POST /api/doctor/prescriptions": [json(earlier(20, 3))] };
    const requests = gateway(written);
    const page = await open("?patient=7");
    await press("Copy last prescription");
    await shown(".alert");
    expect(page.querySelector(".alert-head")?.textContent).toBe("Stop: taken already");
    await press("Prescribe");
    expect(requests.some(({ call }) => call === "POST /api/doctor/prescriptions")).toBe(false);
    expect(page.querySelector("[role=alert]")?.textContent).toContain("Give a reason for Bisoprolol");
    await press("Continues the present treatment");
    await press("Prescribe");
    const overrides = [{ key: "duplicate:bisoprolol", reason: "Continues the present treatment" }];
    expect(requests.filter(({ call }) => call === "POST /api/doctor/prescriptions").at(-1)?.body).toMatchObject({
      overrides,
    });
    expect(location.pathname + location.search).toBe("/doctor/prescriptions/20?patient=7");
  });

  test("an alert of the refusal requires a reason", async () => {
    const refused = refusal(409, "unsafe", { alerts: [COPIED], rules_version: "1" });
    const requests = gateway({ ...REPLIES, "POST /api/doctor/prescriptions": [refused, json(earlier(20, 3))] });
    const page = await open();
    await press("Copy last prescription");
    await press("Prescribe");
    expect(page.querySelector("[role=alert]")?.textContent).toContain("1 alert has no reason");
    expect(page.querySelector(".alert")?.textContent).toContain("Bisoprolol 2.5 mg tablets and Warfarin");
    expect(value("items.0.dose")).toBe("1 tablet");
    await type("overrides.0.reason", " No alternative ");
    await press("Prescribe");
    const written = requests.filter(({ call }) => call === "POST /api/doctor/prescriptions");
    expect(written.at(-1)?.body).toMatchObject({
      overrides: [{ key: "duplicate:bisoprolol", reason: "No alternative" }],
    });
    expect(notice.get()).toBe("prescribed");
  });

  test("a check without an answer says so, and can be repeated", async () => {
    const failed = refusal(404, "not_found");
    gateway({ ...REPLIES, [CHECK]: [failed] });
    const page = await open();
    await type("items.0.medicine", "Bisoprolol");
    await shown(".warning");
    expect(page.querySelector(".warning")?.textContent).toContain("could not be checked just now");
  });

  test("missing values and non-numbers are shown at their fields", async () => {
    const errors = [{ field: "body.items.0.dose", message: "at most 200 characters" }];
    gateway({ ...REPLIES, "POST /api/doctor/prescriptions": [refusal(422, "malformed", { errors })] });
    const page = await open();
    await fill({ medicine: "Doxycycline", dose: "1", duration_days: "0" });
    await press("Prescribe");
    const text = [...page.querySelectorAll("[role=alert] li")].map((li) => li.textContent);
    expect(text).toEqual(["Choose the route", "Choose how often it is taken", "Enter days as a number from 1 to 3650"]);
    await press("Copy last prescription");
    await press("Remove Doxycycline");
    expect(document.activeElement?.textContent).toBe("Medicines");
    await press("Prescribe");
    expect(page.querySelector("[role=alert]")?.textContent).toContain("at most 200 characters");
  });

  test("the draft survives a reload and can be discarded", async () => {
    gateway(REPLIES);
    await open();
    await fill({ medicine: "Doxycycline" });
    await press("Add another medicine");
    expect(document.activeElement?.id).toBe("items.1.medicine");
    const page = await open();
    const medicines = (): string[] =>
      [...page.querySelectorAll<HTMLInputElement>("input[role=combobox]")].map((input) => input.value);
    expect(medicines()).toEqual(["Doxycycline", ""]);
    await act(() => page.querySelector<HTMLElement>(".info button")?.click());
    expect(medicines()).toEqual([""]);
    expect(sessionStorage).toHaveLength(0);
  });
});

describe("one prescription", () => {
  async function show(id: string) {
    go(`/doctor/prescriptions/${id}?patient=7`);
    const query = new URLSearchParams(location.search);
    return draw(<Prescription params={{ id }} query={query} config={CONFIG} account={OSEI} />);
  }

  test("every prescription of a patient in care can be stopped", async () => {
    gateway(REPLIES);
    expect((await show("11")).textContent).toContain("Stop this prescription");
    expect((await show("12")).textContent).toContain("Stop this prescription");
    expect((await show("99")).textContent).toContain("There is no page at this address");
  });

  test("a stale stop reloads, keeps the reason, sends the version", async () => {
    const [newer, stopped] = [
      { ...earlier(11, 3), version: 2 },
      { ...earlier(11, 3), version: 3, status: "stopped" },
    ];
    const requests = gateway({
      ...REPLIES,
      "GET /api/doctor/patients/7": [json(CHART), json({ ...CHART, prescriptions: [newer] })],
      "PUT /api/doctor/prescriptions/11/stop": [refusal(412, "stale", { version: 2 }), json(stopped)],
    });
    const page = await show("11");
    await press("Stop this prescription");
    await type("reason", "Rash");
    await press("Stop it");
    expect(page.querySelector("dialog [role=alert]")?.textContent).toContain("changed meanwhile");
    expect(value("reason")).toBe("Rash");
    await press("Stop it");
    await settled();
    const puts = requests.filter(({ call }) => call.startsWith("PUT"));
    expect(puts.map(({ headers }) => headers.get("If-Match"))).toEqual(['"1"', '"2"']);
    expect(puts.at(-1)?.body).toEqual({ reason: "Rash" });
    expect(page.querySelector(".done")?.textContent).toBe("The prescription is stopped.");
  });
});
