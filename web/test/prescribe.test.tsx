import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { go, notice } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import { allConflicts, conflicts, copied, empty, lastOf } from "../src/pages/doctor/prescribe/items";
import Prescribe from "../src/pages/doctor/prescribe/prescribe";
import Prescription from "../src/pages/doctor/prescribe/prescription";
import { CONFIG, chart, PAT, userAccount } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const OSEI = userAccount({ ...PAT, id: 3, full_name: "Dr Ama Osei", role: "doctor" });
const PENICILLIN = { substance: "Penicillin", reaction: "Hives", severity: "severe", noted_on: null } as const;
const NOTED = { allergies: [PENICILLIN], checks: [{ substance: "Penicillin", names: ["penicilin"], known: true }] };
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
  override_reason: null,
  status: "active",
  last_day: "2030-04-02",
  created_at: "2030-01-02T09:00:00Z",
  stopped_at: null,
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
  },
  allergy_status: "noted",
  checks: NOTED.checks,
  allergies: [PENICILLIN],
  problems: [],
  prescriptions: [earlier(12, 4), earlier(11, 3)],
  referrals: [],
  results: [],
  visits: [],
  access: [],
  version: 1,
});
const REPLIES = {
  "GET /api/doctor/patients/7": [json(CHART)],
  "GET /api/doctor/prescriptions": [json({ items: [], next_cursor: null })],
};
const CONFLICT = { medicine: "Bisoprolol 2.5 mg tablets", substance: "Bisoprolol", severity: "mild", reaction: null };

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-07T12:00:00Z"), toFake: ["Date"] });
  setClinicZone("Europe/Berlin");
  account.set(OSEI);
  await loadMessages("ui", "doctor");
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

const value = (id: string): string => (document.getElementById(id) as HTMLInputElement).value;

describe("allergies", () => {
  test.each([
    ["Penicillin V 1 Mega", ["penicilin"], true],
    ["PENICILLIN-V", ["penicilin"], true],
    ["Amoxicillin 500 mg", ["amoxicilin", "penicilin"], true],
    ["Penicillinum", ["penicilin"], true],
    ["ASS 100", ["ass"], true],
    ["Assistant plaster", ["ass"], false],
    ["Acetylsalicylsäure 100 mg", ["acetylsalicyl"], true],
    ["Süßholz STRASSE", ["strase"], true],
    ["Anything", [], false],
  ])("%s conflicts with an allergy named %s: %s", (medicine, names, found) => {
    const checks = [{ substance: "note", names, known: true }];
    expect(conflicts(medicine, { allergies: [PENICILLIN], checks })).toHaveLength(found ? 1 : 0);
  });

  test("each conflict is shown once, the server's until an edit", () => {
    const items = [{ ...empty(1), medicine: " Penicillin V " }];
    const refused = [
      { ...PENICILLIN, medicine: "Penicillin V" },
      { ...PENICILLIN, medicine: "Gone" },
    ];
    expect(allConflicts(items, NOTED, refused).map(({ medicine }) => medicine)).toEqual(["Penicillin V"]);
  });
});

describe("copying the last prescription", () => {
  test("the doctor's own precedes a colleague's newer one", () => {
    expect(lastOf(CHART, 3)?.id).toBe(11);
    expect(lastOf(CHART, 9)?.id).toBe(12);
    expect(lastOf({ prescriptions: [] }, 3)).toBeUndefined();
  });

  test("typed medicines stay, an empty one is replaced", () => {
    const typed = { items: [{ ...empty(1), medicine: "Ibuprofen" }, empty(2)], notes: "", override: "" };
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
      override_reason: null,
    });
    expect(location.pathname).toBe("/doctor/visits/5");
    expect(notice.get()).toBe("prescribed");
    expect(sessionStorage).toHaveLength(0);
  });

  test("a known allergy blocks sending until there is a reason", async () => {
    const requests = gateway({ ...REPLIES, "POST /api/doctor/prescriptions": [json(earlier(20, 3))] });
    const page = await open("?patient=7");
    await press("Copy last prescription");
    await type("items.0.medicine", "Penicillin V 1 Mega");
    expect(page.querySelector("fieldset [role=status]")?.textContent).toBe(
      "Noted allergy: Penicillin (severe; Hives).",
    );
    await press("Prescribe");
    expect(requests.some(({ call }) => call.startsWith("POST"))).toBe(false);
    expect(page.querySelector("[role=alert]")?.textContent).toContain("Give a reason for prescribing");
    await type("override_reason", " Tolerated last year ");
    await press("Prescribe");
    expect(requests.at(-1)?.body).toMatchObject({ override_reason: "Tolerated last year" });
    expect(location.pathname + location.search).toBe("/doctor/prescriptions/20?patient=7");
  });

  test("an allergy found by the server requires a reason", async () => {
    const refused = refusal(409, "allergy_conflict", { conflicts: [CONFLICT] });
    const requests = gateway({ ...REPLIES, "POST /api/doctor/prescriptions": [refused, json(earlier(20, 3))] });
    const page = await open();
    await press("Copy last prescription");
    await press("Prescribe");
    expect(page.querySelector(".prescribe-override li")?.textContent).toContain("Bisoprolol (mild)");
    expect(value("items.0.dose")).toBe("1 tablet");
    await type("override_reason", "No alternative");
    await press("Prescribe");
    const posts = requests.filter(({ call }) => call.startsWith("POST"));
    expect(posts.map(({ body }) => (body as { override_reason: string | null }).override_reason)).toEqual([
      null,
      "No alternative",
    ]);
    expect(notice.get()).toBe("prescribed");
  });

  test("the reason is dropped after the medicine changes", async () => {
    const requests = gateway({ ...REPLIES, "POST /api/doctor/prescriptions": [json(earlier(20, 3))] });
    await open();
    await press("Copy last prescription");
    await type("items.0.medicine", "Penicillin V");
    await type("override_reason", "Because");
    await type("items.0.medicine", "Doxycycline");
    await press("Prescribe");
    expect(requests.at(-1)?.body).toMatchObject({ override_reason: null });
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

  test("only medicines that are taken today are current", async () => {
    const [running] = earlier(13, 4).items;
    const items = [running, { ...running, medicine: "Prednisolone", last_day: "2030-01-06", active: false }];
    const over = { ...earlier(14, 4, "Amoxicillin"), status: "ended", last_day: "2030-01-06" };
    const now = { ...CHART, prescriptions: [{ ...earlier(13, 4), items }, over] };
    gateway({ ...REPLIES, "GET /api/doctor/patients/7": [json(now)] });
    const taken = [...(await open()).querySelectorAll(".prescribe-taken b")].map(({ textContent }) => textContent);
    expect(taken).toEqual(["Bisoprolol 2.5 mg tablets"]);
  });

  test("the draft survives a reload and can be discarded", async () => {
    gateway(REPLIES);
    await open();
    await fill({ medicine: "Doxycycline" });
    await press("Add another medicine");
    expect(document.activeElement?.id).toBe("items.1.medicine");
    const page = await open();
    const medicines = (): string[] =>
      [...page.querySelectorAll<HTMLInputElement>("input[list]")].map((input) => input.value);
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

  test("only an own prescription can be stopped", async () => {
    gateway(REPLIES);
    expect((await show("11")).textContent).toContain("Stop this prescription");
    expect((await show("12")).textContent).not.toContain("Stop this prescription");
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
