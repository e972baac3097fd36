import { beforeEach, describe, expect, test } from "vitest";
import { loadLocale, loadMessages } from "../src/lib/i18n/i18n";
import type { OwnProps } from "../src/lib/routing/page";
import { setClinicZone } from "../src/lib/time/zone";
import { minorOf } from "../src/pages/admin/catalogue/test-fields";
import { csv } from "../src/pages/admin/csv";
import { choices, propose, type Slot } from "../src/pages/desk/visits/propose-times";
import { CONFIG, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled } from "./page";

const ADMIN = { ...PAT, id: 1, role: "admin" as const };
const DAY = "2030-01-07";

function slot(from: string, to: string): Slot {
  return { starts_at: `${DAY}T${from}:00Z`, ends_at: `${DAY}T${to}:00Z`, day: DAY };
}

function visit(id: number, time: string, more: object = {}) {
  return {
    id,
    reference: `CP-${id}`,
    patient: { id: 100 + id, full_name: `Patient ${id}`, date_of_birth: null, phone: null },
    doctor: { id: 5, full_name: "Dr Osei", specialty: null, bookable: true },
    starts_at: `${DAY}T${time}:00Z`,
    ends_at: `${DAY}T${time}:00Z`,
    status: "booked",
    place: null,
    cancelled_by: null,
    created_at: "2030-01-01T09:00:00Z",
    arrived_at: null,
    started_at: null,
    completed_at: null,
    version: 1,
    ...more,
  };
}

function doctor(id: number, full_name: string) {
  return { id, full_name, specialty: null, specialty_names: null, room: null, bookable: true, ages: null };
}

async function open(page: () => Promise<{ default: (props: OwnProps) => unknown }>, path: string, params = {}) {
  history.replaceState(null, "", path);
  const { default: Page } = (await page()) as { default: (props: OwnProps) => never };
  const query = new URLSearchParams(location.search);
  await draw(<Page params={params} query={query} config={CONFIG} account={ADMIN} />);
  await settled();
}

const list = (items: unknown[], next_cursor: string | null = null) => json({ items, next_cursor });
const body = (): string => document.body.textContent ?? "";

beforeEach(async () => {
  setClinicZone("Europe/Berlin");
  await loadLocale(["en"]);
  await loadMessages("ui", "admin", "desk");
});

describe("reassigning a day", () => {
  const free = [slot("09:00", "09:20"), slot("09:20", "09:40"), slot("10:00", "10:20")];

  test("a plan keeps times or takes the nearest without overlap", () => {
    const plan = propose([visit(1, "08:40"), visit(2, "09:00"), visit(3, "10:00"), visit(4, "11:00")], free);
    expect([...plan].map(([id, to]) => [id, to?.starts_at.slice(11, 16) ?? null]).sort()).toEqual([
      [1, "09:20"],
      [2, "09:00"],
      [3, "10:00"],
      [4, null],
    ]);
  });

  test("times that overlap the plan are not offered", () => {
    const odd = [slot("09:00", "09:30"), slot("09:20", "09:50"), slot("10:00", "10:30")];
    const plan = propose([visit(1, "09:00"), visit(2, "09:20")], odd);
    expect(plan.get(2)?.starts_at).toBe(odd[2]?.starts_at);
    expect(choices(visit(2, "09:20"), plan, odd)).toEqual([odd[2]]);
  });

  test("a refused move keeps its row with the free times", async () => {
    const later = slot("11:00", "11:20");
    const requests = gateway({
      "GET /api/reception/doctors": [list([doctor(5, "Dr Osei"), doctor(6, "Dr Lind")])],
      "GET /api/admin/appointments": [list([visit(1, "09:00"), visit(2, "09:20")])],
      "GET /api/doctors/6/slots": [
        json({ items: [...free, later], next_cursor: null, zone: "Europe/Berlin", next_available: null }),
      ],
      "PUT /api/admin/appointments/1": [
        json(visit(1, "09:00", { doctor: { id: 6, full_name: "Dr Lind", specialty: null, bookable: true } })),
      ],
      "PUT /api/admin/appointments/2": [refusal(409, "slot_taken", { alternatives: [later.starts_at] })],
    });
    await open(
      () => import("../src/pages/desk/visits/reassign"),
      `/desk/appointments/reassign?doctor_id=5&to=6&day=${DAY}`,
    );
    await press("Move 2 visits");
    await settled();
    expect(body()).toContain("1 of 2 visits are moved.");
    expect(body()).toContain("From 10:00 to Monday 7 January 2030, 10:00 with Dr Lind");
    const [left, ...others] = document.querySelectorAll("select[aria-label]");
    expect(left?.getAttribute("aria-label")).toBe("New time for Patient 2");
    expect([...(left?.querySelectorAll("option") ?? [])].map(({ textContent }) => textContent)).toEqual([
      "Leave as it is",
      "12:00",
    ]);
    expect(others).toEqual([]);
    const sent = requests.filter(({ call }) => call.startsWith("PUT"));
    expect(sent.map(({ body, headers }) => [body, headers.get("If-Match")])).toEqual([
      [{ starts_at: `${DAY}T09:00:00Z`, doctor_id: 6 }, '"1"'],
      [{ starts_at: `${DAY}T09:20:00Z`, doctor_id: 6 }, '"1"'],
    ]);
  });
});

describe("the overview", () => {
  test("a service that is down is named, other figures stay", async () => {
    const parts = { auth: true, labs: false };
    gateway({
      "GET /api/admin/stats": [refusal(500, "unexpected")],
      "GET /ready": [refusal(500, "not_ready", { parts })],
    });
    await open(() => import("../src/pages/admin/overview/overview"), "/admin");
    expect(body()).toContain("A part of the system does not answer.");
    expect(body()).toContain("LaboratoryDoes not answer");
    expect(document.querySelectorAll(".problem").length).toBe(2);
  });
});

describe("visits", () => {
  const past = visit(3, "09:00", { starts_at: "2020-01-07T09:00:00Z" });
  const page = () => import("../src/pages/desk/visits/appointments");

  test("one click sets the next status", async () => {
    const requests = gateway({
      "GET /api/reception/doctors": [list([])],
      "GET /api/admin/appointments": [list([past])],
      "PUT /api/admin/appointments/3": [json({ ...past, status: "arrived", version: 2 })],
    });
    await open(page, "/desk/appointments?day=2020-01-07");
    await press("Arrived");
    expect(requests.find(({ call }) => call.startsWith("PUT"))?.body).toEqual({ status: "arrived" });
    expect(document.querySelector("table .chip")?.textContent).toBe("Arrived");
    expect(body()).toContain("Patient 3, Tuesday 7 January 2020, 10:00: Arrived.");
  });

  test("a visit changed elsewhere is reloaded with a message", async () => {
    gateway({
      "GET /api/reception/doctors": [list([])],
      "GET /api/admin/appointments": [list([past]), list([{ ...past, status: "no_show", version: 2 }])],
      "PUT /api/admin/appointments/3": [refusal(412, "stale", { version: 2 })],
    });
    await open(page, "/desk/appointments?day=2020-01-07");
    await press("Arrived");
    expect(document.querySelector("[role=alert]")?.textContent).toContain("Somebody else changed this visit");
    expect(document.querySelector("table .chip")?.textContent).toBe("Missed");
  });

  test("moving a visit whose doctor left offers colleagues", async () => {
    const left = visit(4, "09:00", {
      doctor: { id: 5, full_name: "Dr Osei", specialty: "Cardiology", bookable: false },
    });
    const requests = gateway({
      "GET /api/reception/doctors": [
        list([
          { ...doctor(6, "Dr Lind"), specialty: "Dermatology" },
          { ...doctor(7, "Dr Berg"), specialty: "Cardiology" },
        ]),
      ],
      "GET /api/admin/appointments": [list([left])],
    });
    await open(page, `/desk/appointments?move=4&day=${DAY}`);
    await settled();
    expect(body()).toContain("Dr Osei takes no appointments here any more.");
    const names = [...document.querySelectorAll("#to_doctor option")].map(({ textContent }) => textContent);
    expect(names).toEqual(["Choose a doctor", "Dr Berg, Cardiology", "Dr Lind, Dermatology"]);
    expect(requests.some(({ call }) => call.includes("/slots"))).toBe(false);
  });

  test("before its day a visit has no arrival or no-show", async () => {
    gateway({
      "GET /api/reception/doctors": [list([])],
      "GET /api/admin/appointments": [list([visit(4, "09:00", { starts_at: "2090-01-07T09:00:00Z" })])],
    });
    await open(page, "/desk/appointments");
    const buttons = [...document.querySelectorAll(".acts :is(button, a)")].map(({ textContent }) => textContent);
    expect(buttons).toEqual(["Confirm", "Move", "Cancel visit"]);
  });
});

test("a used e-mail address links its person and keeps input", async () => {
  gateway({ "POST /api/admin/doctors": [refusal(409, "email_taken")] });
  sessionStorage.setItem(
    "careplus.draft.nobody.new-doctor",
    JSON.stringify({
      full_name: "Dr Ruiz",
      specialty: "Cardiology",
      bio: "",
      languages: ["es"],
      phone: "",
      room: "",
      booking: "online",
      email: "r@x.example",
    }),
  );
  await open(() => import("../src/pages/admin/doctors/new-doctor"), "/admin/doctors/new");
  await press("Add doctor and create the link");
  expect(document.querySelector(".taken-email a")?.getAttribute("href")).toBe("/admin/people?q=r%40x.example");
  expect((document.getElementById("full_name") as HTMLInputElement).value).toBe("Dr Ruiz");
  expect(document.querySelector(".languages-spoken")?.textContent).toContain("Spanish");
  sessionStorage.clear();
});

test("the own account cannot be locked", async () => {
  gateway({ "GET /api/admin/accounts/1": [json(ADMIN)] });
  await open(() => import("../src/pages/admin/people/person"), "/admin/people/1", { id: "1" });
  expect(body()).toContain("This is your own account.");
  expect(document.querySelector("form, .lock")).toBeNull();
});

test.each([true, false])("locking the laboratory's account, the last one: %s", async (last) => {
  const work = { work: { total: 0 }, left_at: null, colleague: null, last_of_role: last };
  gateway({
    "GET /api/admin/accounts/9": [json({ ...ADMIN, id: 9, full_name: "Lea Labor", role: "lab" })],
    "GET /api/admin/accounts/9/open-work": [json(work)],
  });
  await open(() => import("../src/pages/admin/people/person"), "/admin/people/9", { id: "9" });
  expect(document.querySelector(".warning")).toBeNull();
  await press("Lock account");
  await settled();
  const warning = document.querySelector("dialog .warning")?.textContent;
  expect(warning?.startsWith("This is the last active account of the laboratory.")).toBe(last ? true : undefined);
});

describe.each([
  ["en", ",", "1.5"],
  ["de", ";", "1,5"],
])("a CSV file in %s", (language, mark, number) => {
  beforeEach(() => loadLocale([language]));

  test("no cell starts a formula", () => {
    const cells = ["'=1+1", "'+4", "'-4", "'@x", "'\tx", `"'\rx"`, `"'\nx"`, "'＝x", "'＋x", "'－x", "'＠x", "-3"];
    expect(csv([["=1+1", "+4", "-4", "@x", "\tx", "\rx", "\nx", "＝x", "＋x", "－x", "＠x", -3]])).toBe(
      `${cells.join(mark)}\r\n`,
    );
  });

  test("cells with a separator or a quote are quoted", () => {
    expect(csv([['a "b"', "c, d", "e; f", "plain"]])).toBe(
      `${['"a ""b"""', '"c, d"', '"e; f"', "plain"].join(mark)}\r\n`,
    );
  });

  test("numbers have the decimal mark of the language", () => {
    expect(csv([[1.5, 12000, -1.5, "1.5"]])).toBe(`${[number, "12000", `-${number}`, "1.5"].join(mark)}\r\n`);
  });
});

test.each([
  ["12.50", "EUR", 1250],
  ["12,5", "EUR", 1250],
  ["12", "EUR", 1200],
  ["1200", "JPY", 1200],
  ["12.505", "EUR", null],
  ["-1", "EUR", null],
  ["", "EUR", null],
])("%j %s is %s", (typed, currency, minor) => {
  expect(minorOf(typed, currency)).toBe(minor);
});
