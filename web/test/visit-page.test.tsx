import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RecordList } from "../src/pages/doctor/chart/record-list";
import Today from "../src/pages/doctor/today/today";
import VisitPage from "../src/pages/doctor/visit/visit";
import { StaffSearch } from "../src/ui/frame/StaffSearch";
import { begin, CHART, NOTES, ONE, props, sent, VISIT } from "./doctor";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

beforeEach(begin);
afterEach(() => vi.useRealTimers());

const STARTED = { ...VISIT, status: "in_progress" as const };
const SIGN = `PUT ${ONE}/sign-and-complete`;
const TEMPLATES = "GET /api/doctor/note-templates";
const ALLERGIES = "GET /api/doctor/patients/7/allergies";
const VITALS = "GET /api/doctor/patients/7/vitals";
const UNSIGNED = "GET /api/doctor/unsigned-notes";
const at = { updated_at: "2030-01-07T08:10:00Z", author: { id: 3, full_name: "Dr Ama Osei" } };
const texts = (page: ParentNode, selector: string) =>
  [...page.querySelectorAll(selector)].map(({ textContent }) => textContent);

describe("the visit page", () => {
  const open = async (replies: Parameters<typeof gateway>[0]) => {
    vi.useFakeTimers({ now: new Date("2030-01-07T09:00:00Z"), toFake: ["Date"] });
    const requests = gateway({
      [`GET ${ONE}`]: [
        json(STARTED),
        json({ ...STARTED, status: "completed", completed_at: at.updated_at, version: 5 }),
      ],
      "GET /api/doctor/patients/7": [json(CHART)],
      [`GET ${ONE}/notes`]: [json({ ...NOTES, ...at, text: "ECG", version: 2 })],
      [TEMPLATES]: [json({ items: [], next_cursor: null })],
      [VITALS]: [json({ items: [], next_cursor: null })],
      ...replies,
    });
    const page = await draw(<VisitPage {...props({ id: "5" })} />);
    return { page, requests };
  };

  test("signs and completes in one press", async () => {
    const signed = { ...NOTES, ...at, text: "ECG", status: "signed", signed_at: at.updated_at, version: 3 };
    const { page, requests } = await open({ [SIGN]: [json(signed)] });
    await press("Sign and complete");
    await settled();
    expect(sent(requests, SIGN)).toEqual([{ body: { text: "ECG" }, version: '"2"' }]);
    expect(page.querySelector("#notes")).toBeNull();
    expect(texts(page, ".beside .chip")[0]).toBe("Completed");
  });

  test("keeps the text when completing is refused", async () => {
    const { page } = await open({ [SIGN]: [refusal(409, "illegal_transition")] });
    await type("notes", "ECG normal");
    await press("Sign and complete");
    expect(page.querySelector<HTMLTextAreaElement>("#notes")?.value).toBe("ECG normal");
    expect(page.querySelector('[role="alert"]')).not.toBeNull();
  });

  test("completes without signing", async () => {
    const done = { ...STARTED, status: "completed", completed_at: at.updated_at, version: 5 };
    const { page, requests } = await open({ [`PUT ${ONE}`]: [json(done)] });
    expect(texts(page, ".beside .acts > button")).not.toContain("Complete");
    await press("Complete, sign later");
    expect(sent(requests, `PUT ${ONE}`)).toEqual([{ body: { status: "completed" }, version: '"4"' }]);
    expect(texts(page, ".notes button")).toContain("Sign notes");
  });

  test("offers the acts for the patient", async () => {
    const { page } = await open({});
    expect(
      [...page.querySelectorAll<HTMLAnchorElement>(".visit-acts a")].map((one) => one.getAttribute("href")),
    ).toEqual([
      "/doctor/prescriptions/new?patient=7&visit=5",
      "/doctor/orders/new?patient=7&visit=5",
      "/doctor/referrals/new?patient=7&visit=5",
      "/doctor/certificates/new?patient=7&visit=5",
    ]);
  });

  test("inserts a template at the cursor", async () => {
    const block = { id: 1, kind: "block", title: "Plan", text: " {medicines}", house: true, edited_at: at.updated_at };
    const { page } = await open({ [TEMPLATES]: [json({ items: [block], next_cursor: null })] });
    await type("notes", "ECG");
    const area = page.querySelector<HTMLTextAreaElement>("#notes");
    area?.setSelectionRange(3, 3);
    await press("Plan");
    expect(page.querySelector<HTMLTextAreaElement>("#notes")?.value).toBe("ECG [no active medicines]");
  });
});

describe("today", () => {
  const day = async (visits: object[], replies: Parameters<typeof gateway>[0] = {}) => {
    vi.useFakeTimers({ now: new Date("2030-01-07T08:10:00Z"), toFake: ["Date"] });
    gateway({
      "GET /api/doctor/appointments": [json({ items: visits, next_cursor: null })],
      [ALLERGIES]: [json({ allergy_status: "noted", allergies: CHART.allergies, checks: [], version: 2 })],
      [UNSIGNED]: [json({ items: [], next_cursor: null, count: 0 })],
      ...replies,
    });
    return draw(<Today {...props({}, "")} />);
  };
  const card = (page: HTMLElement, title: string) =>
    [...page.querySelectorAll(".now-next .card")].find((one) => one.querySelector("h2")?.textContent === title)
      ?.textContent ?? "";

  test("next carries birth date, allergies, reason and waiting time", async () => {
    const page = await day([{ ...VISIT, status: "arrived", arrived_at: "2030-01-07T07:50:00Z" }]);
    const next = card(page, "Next");
    for (const part of ["Noor Haddad", "17 May 1984 (45 years)", "Penicillin (severe)", "Palpitations"])
      expect(next).toContain(part);
    expect(next).toContain("Waiting since 08:50 (20 min)");
  });

  test("next is no visit whose time is over", async () => {
    const over = { ...VISIT, starts_at: "2030-01-07T07:00:00Z", ends_at: "2030-01-07T07:30:00Z" };
    expect(card(await day([over]), "Next")).toContain("No more visits today.");
    expect(card(await day([over, { ...VISIT, id: 6 }]), "Next")).toContain("Noor Haddad");
  });

  test("unsigned notes are counted and linked", async () => {
    const items = [{ id: 9, patient: { id: 7, full_name: "Noor Haddad" }, starts_at: VISIT.starts_at, drafted: false }];
    const page = await day([VISIT], { [UNSIGNED]: [json({ items, next_cursor: null, count: 1 })] });
    expect(card(page, "Unsigned notes")).toContain("1 visit");
    expect(card(page, "Unsigned notes")).toContain("no text yet");
    expect(page.querySelector(".unsigned a")?.getAttribute("href")).toBe("/doctor/visits/9");
  });

  test("start opens the visit", async () => {
    await day([{ ...VISIT, status: "arrived" }], { [`PUT ${ONE}`]: [json({ ...STARTED, version: 5 })] });
    await press("Start");
    expect(location.pathname).toBe("/doctor/visits/5");
  });
});

test("a started visit is not among the coming ones", async () => {
  const future = { ...VISIT, starts_at: "2099-01-07T08:00:00Z", note: null, notes: null };
  const visits = [
    { ...future, id: 1, status: "in_progress" as const },
    { ...future, id: 2, status: "booked" as const },
    { ...future, id: 3, status: "cancelled" as const },
  ];
  const page = await draw(<RecordList chart={{ ...CHART, visits }} kinds={["visits"]} me={3} />);
  expect(page.querySelector("summary")?.textContent).toBe("1 coming visit");
  expect(texts(page, ".record .chip")).toEqual(["In progress", "Cancelled"]);
});

describe("the search of staff", () => {
  const find = async (items: object[]) => {
    gateway({ "GET /api/doctor/patients": [json({ items, next_cursor: null })] });
    await draw(<StaffSearch of="doctor" />);
    await type("staff-search", " haddad ");
    await press("Search");
  };

  test("opens the only match", async () => {
    await find([{ id: 7 }]);
    expect(location.pathname).toBe("/doctor/patients/7");
  });

  test("lists several matches", async () => {
    await find([{ id: 7 }, { id: 8 }]);
    expect(location.pathname + location.search).toBe("/doctor/patients?q=haddad");
  });

  test("a slash focuses it, but not from a field", async () => {
    const page = await draw(
      <>
        <input id="other" />
        <StaffSearch of="doctor" />
      </>,
    );
    const slash = (from: Element) =>
      from.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true }));
    const [other, box] = ["other", "staff-search"].map((id) => page.querySelector<HTMLElement>(`#${id}`));
    other?.focus();
    slash(other as Element);
    expect(document.activeElement).toBe(other);
    other?.blur();
    slash(document.body);
    expect(document.activeElement).toBe(box);
  });
});
