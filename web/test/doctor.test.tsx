import { act } from "preact/test-utils";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Account, Schemas } from "../src/api/client";
import { enter } from "../src/lib/i18n";
import { account } from "../src/lib/session";
import { keepZone } from "../src/lib/zone";
import ChartPage from "../src/pages/doctor/chart";
import Today from "../src/pages/doctor/today";
import VisitPage from "../src/pages/doctor/visit";
import { wayBack } from "../src/pages/doctor/visits";
import { type Asked, CONFIG, gateway, json, PAT, refusal } from "./gateway";
import { draw, heading, press, settled, type } from "./page";

const OSEI: Account = { ...PAT, id: 3, full_name: "Dr Ama Osei", role: "doctor" };
const VISIT: Schemas["Visit"] = {
  id: 5,
  reference: "CP-7K3M-9Q2X",
  patient: { id: 7, full_name: "Noor Haddad", date_of_birth: "1984-05-17", sex: "female", phone: null },
  doctor: { id: 3, full_name: "Dr Ama Osei", specialty: "Cardiology" },
  starts_at: "2030-01-07T08:00:00Z",
  ends_at: "2030-01-07T08:30:00Z",
  status: "booked",
  reason: "Palpitations",
  place: "Room 101",
  cancelled_by: null,
  cancel_reason: null,
  created_at: "2030-01-02T08:00:00Z",
  version: 4,
  note: null,
};
const NOTES: Schemas["Notes"] = {
  appointment_id: 5,
  text: "",
  status: "draft",
  author: null,
  updated_at: null,
  signed_at: null,
  addenda: [],
  version: 1,
};
const CHART: Schemas["Chart"] = {
  patient: { ...VISIT.patient, email: "noor@example.org" },
  allergy_status: "noted",
  allergies: [{ substance: "Penicillin", reaction: "Hives", severity: "severe", noted_on: null }],
  problems: [],
  prescriptions: [],
  referrals: [],
  results: [],
  visits: [],
  version: 2,
};
const NONE = json({ items: [], next_cursor: null });
const DAY = "GET /api/doctor/appointments";
const ONE = "/api/doctor/appointments/5";
const PUT_NOTES = `PUT ${ONE}/notes`;

beforeEach(async () => {
  sessionStorage.clear();
  await enter("ui", "doctor");
  keepZone("Europe/Berlin");
  account.set(OSEI);
  history.replaceState(null, "", "/doctor");
});

const props = (params: Record<string, string>, query = "") => ({
  params,
  query: new URLSearchParams(query),
  config: CONFIG,
  account: OSEI,
});
const sent = (asked: Asked[], call: string) =>
  asked.filter((one) => one.call === call).map(({ body, headers }) => ({ body, version: headers.get("If-Match") }));
const visits = (...items: Schemas["Visit"][]) => json({ items, next_cursor: null });

test("a step back leads to where the visit was, or where nothing leads there, to confirmed", () => {
  expect(wayBack("arrived", "confirmed")).toEqual(["confirmed"]);
  expect(wayBack("arrived", "booked")).toEqual(["confirmed"]);
  expect(wayBack("in_progress", "arrived")).toEqual(["arrived"]);
  expect(wayBack("no_show", "booked")).toEqual(["arrived", "confirmed"]);
  expect(wayBack("completed", "in_progress")).toBeNull();
  expect(wayBack("cancelled", "booked")).toBeNull();
});

describe("a day", () => {
  const day = (replies: Parameters<typeof gateway>[0]) => {
    const asked = gateway({ "GET /api/doctor/lab-results": [NONE], ...replies });
    return draw(<Today {...props({}, "day=2030-01-07")} />).then((page) => ({ page, asked }));
  };

  test("one press takes a visit to its next status, another takes it back", async () => {
    const { page, asked } = await day({
      [DAY]: [visits(VISIT)],
      [`PUT ${ONE}`]: [
        json({ ...VISIT, status: "arrived", version: 5 }),
        json({ ...VISIT, status: "confirmed", version: 6 }),
      ],
    });
    expect(page.querySelector("tbody tr")?.textContent).toContain("Noor Haddad 45 years");
    await press("Arrived");
    expect(page.querySelector("tbody .chip")?.textContent).toBe("Arrived");
    await press("Undo");
    expect(sent(asked, `PUT ${ONE}`)).toEqual([
      { body: { status: "arrived" }, version: '"4"' },
      { body: { status: "confirmed" }, version: '"5"' },
    ]);
    expect(page.querySelector("tbody .chip")?.textContent).toBe("Confirmed");
    expect(page.querySelector("#undo-5")).toBeNull();
  });

  test("a visit that somebody else changed is shown as it is now, and nothing is taken back", async () => {
    const { page } = await day({
      [DAY]: [visits(VISIT)],
      [`PUT ${ONE}`]: [refusal(412, "stale")],
      [`GET ${ONE}`]: [json({ ...VISIT, status: "cancelled", version: 5 })],
    });
    await press("Arrived");
    expect(page.querySelector("tbody .chip")?.textContent).toBe("Cancelled");
    expect(page.querySelector('[role="status"]')?.textContent).toContain("This visit was changed meanwhile.");
    expect(page.querySelector("tbody button")).toBeNull();
  });

  test("what cannot be taken back is asked first", async () => {
    const { asked } = await day({
      [DAY]: [visits({ ...VISIT, status: "in_progress" })],
      [`PUT ${ONE}`]: [json({ ...VISIT, status: "completed", version: 5 })],
    });
    await press("Complete");
    expect(sent(asked, `PUT ${ONE}`)).toEqual([]);
    await press("Complete visit");
    expect(sent(asked, `PUT ${ONE}`)).toEqual([{ body: { status: "completed" }, version: '"4"' }]);
  });

  test("an empty day names the next one with visits; one that cannot be had is offered again", async () => {
    const next = { ...VISIT, starts_at: "2030-01-09T08:00:00Z" };
    const { page } = await day({ [DAY]: [visits(), visits({ ...next, id: 6, status: "cancelled" }, next)] });
    expect(page.textContent).toContain("No visits on this day.");
    expect(page.querySelector(".empty a")?.getAttribute("href")).toBe("/doctor?day=2030-01-09");
  });

  test("a day that cannot be had says so", async () => {
    const { page } = await day({ [DAY]: [refusal(500, "internal")] });
    expect(page.querySelector(".problem button")?.textContent).toBe("Try again");
  });
});

describe("the notes of a visit", () => {
  const open = (replies: Parameters<typeof gateway>[0]) => {
    const asked = gateway({
      [`GET ${ONE}`]: [json(VISIT)],
      "GET /api/doctor/patients/7": [json(CHART)],
      [`GET ${ONE}/notes`]: [json(NOTES)],
      ...replies,
    });
    return draw(<VisitPage {...props({ id: "5" })} />).then((page) => ({ page, asked }));
  };
  /** What is typed is sent when the window is left, as after a silence. */
  const leaveWindow = async (): Promise<void> => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await act(() => void document.dispatchEvent(new Event("visibilitychange")));
    await settled();
  };
  const area = () => document.querySelector<HTMLTextAreaElement>("#notes")?.value;
  const state = () => document.querySelector("[data-state]")?.textContent;
  const at = { updated_at: "2030-01-07T08:10:00Z", author: { id: 3, full_name: "Dr Ama Osei" } };

  test("allergies stand above them, and what is typed is saved", async () => {
    const { page, asked } = await open({ [PUT_NOTES]: [json({ ...NOTES, ...at, text: "ECG", version: 2 })] });
    expect(page.querySelector(".allergies")?.textContent).toBe("Allergies: Penicillin (severe)");
    await type("notes", "ECG");
    expect(state()).toBe("Not saved yet");
    await leaveWindow();
    expect(sent(asked, PUT_NOTES)).toEqual([{ body: { text: "ECG", sign: false }, version: '"1"' }]);
    expect(state()).toBe("Saved Mon 7 Jan 2030, 09:10");
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  test("what was typed before a reload is there again, and goes to the server once", async () => {
    const draft = { text: "ECG", version: 1, sent: "ECG" };
    sessionStorage.setItem("careplus.draft.3.notes.5", JSON.stringify(draft));
    const { asked } = await open({ [`GET ${ONE}/notes`]: [json({ ...NOTES, ...at, text: "ECG", version: 2 })] });
    expect(area()).toBe("ECG");
    await leaveWindow();
    expect(sent(asked, PUT_NOTES)).toEqual([]);
  });

  test("an answer that got lost is no conflict: what was typed since goes on", async () => {
    const typedMeanwhile = async (): Promise<Response> => {
      await type("notes", "ECG normal");
      return refusal(412, "stale");
    };
    const { page, asked } = await open({
      [`GET ${ONE}/notes`]: [json(NOTES), json({ ...NOTES, ...at, text: "ECG", version: 2 })],
      [PUT_NOTES]: [typedMeanwhile, json({ ...NOTES, ...at, text: "ECG normal", version: 3 })],
    });
    await type("notes", "ECG");
    await leaveWindow();
    await leaveWindow();
    expect(page.querySelector(".theirs")).toBeNull();
    expect(sent(asked, PUT_NOTES).at(-1)).toEqual({ body: { text: "ECG normal", sign: false }, version: '"2"' });
  });

  test("notes changed in another window are shown beside mine, and one of them is chosen", async () => {
    const { page, asked } = await open({
      [`GET ${ONE}/notes`]: [json(NOTES), json({ ...NOTES, ...at, text: "Theirs", version: 2 })],
      [PUT_NOTES]: [refusal(412, "stale"), json({ ...NOTES, ...at, text: "Mine", version: 3 })],
    });
    await type("notes", "Mine");
    await leaveWindow();
    expect(page.querySelector(".theirs")?.textContent).toBe("Theirs");
    expect(area()).toBe("Mine");
    await leaveWindow();
    expect(sent(asked, PUT_NOTES)).toHaveLength(1);
    await press("Keep your text");
    expect(sent(asked, PUT_NOTES).at(-1)).toEqual({ body: { text: "Mine", sign: false }, version: '"2"' });
    expect(page.querySelector(".theirs")).toBeNull();
  });

  test("signing closes the text, and more is added beneath it", async () => {
    const signed = { ...NOTES, ...at, text: "ECG", status: "signed", signed_at: at.updated_at, version: 3 };
    const added = { text: "Called", at: "2030-01-08T08:00:00Z", by: { id: 3, full_name: "Dr Ama Osei" } };
    const { page, asked } = await open({
      [`GET ${ONE}/notes`]: [json({ ...NOTES, ...at, text: "ECG", version: 2 })],
      [PUT_NOTES]: [json(signed), json({ ...signed, addenda: [added], version: 4 })],
    });
    await press("Sign notes");
    await act(() => page.querySelector<HTMLElement>("dialog #submit")?.click());
    await settled();
    expect(area()).toBeUndefined();
    await type("addendum", "Called");
    await press("Add");
    expect(sent(asked, PUT_NOTES)).toEqual([
      { body: { text: "ECG", sign: true }, version: '"2"' },
      { body: { text: "Called" }, version: '"3"' },
    ]);
    expect(page.querySelector(".addendum")?.textContent).toContain("Called");
  });
});

describe("a chart", () => {
  const CHARTED = "GET /api/doctor/patients/7";
  const ALLERGIES = "PUT /api/doctor/patients/7/allergies";

  test("of somebody who is not the doctor's patient says what to do", async () => {
    gateway({ [CHARTED]: [refusal(404, "not_found")] });
    await draw(<ChartPage {...props({ id: "7" })} />);
    expect(heading()).toBe("You are not treating this patient");
  });

  test("that somebody else changed keeps what was typed, and the next save holds both", async () => {
    const [latex, peanut] = ["Latex", "Peanut"].map((substance) => ({
      substance,
      reaction: null,
      severity: "moderate" as const,
      noted_on: null,
    }));
    const theirs = { ...CHART, allergies: [...CHART.allergies, latex], version: 3 };
    const asked = gateway({
      [CHARTED]: [json(CHART), json(theirs)],
      [ALLERGIES]: [
        refusal(412, "stale"),
        json({ allergy_status: "noted", allergies: [...theirs.allergies, peanut], version: 4 }),
      ],
    });
    const page = await draw(<ChartPage {...props({ id: "7" })} />);
    await press("Add allergy");
    await type("allergies-name", " Peanut ");
    await press("Save");
    expect(page.querySelector(".errors")?.textContent).toContain("Somebody else changed this chart meanwhile.");
    expect(page.querySelector<HTMLInputElement>("#allergies-name")?.value).toBe(" Peanut ");
    await press("Save");
    const body = { allergies: [...CHART.allergies, latex, peanut], no_known_allergies: false };
    expect(sent(asked, ALLERGIES).at(-1)).toEqual({ body, version: '"3"' });
    expect(page.querySelector("dialog")).toBeNull();
    expect(page.querySelector(".allergies")?.textContent).toContain("Peanut (moderate)");
  });
});
