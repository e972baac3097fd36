import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Account, Schemas } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { address, go, listen } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import Book from "../src/pages/patient/book/book";
import Doctor from "../src/pages/patient/book/doctor";
import Doctors from "../src/pages/patient/book/doctors";
import Landing from "../src/pages/public/landing";
import { CONFIG, foundDoctor, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, heading, press, settled, type } from "./page";

type FoundDoctor = Schemas["FoundDoctor"];

const NINE = "2030-01-07T08:00:00Z";
const TEN = "2030-01-07T09:00:00Z";
const RUIZ = foundDoctor({
  id: 3,
  full_name: "Dr Marta Ruiz",
  specialty: "Cardiology",
  bio: "Heart failure and rhythm.",
  languages: ["es", "en"],
  room: "Room 12",
  phone: "+49 30 5550 2000",
  booking: "online",
  next_available: NINE,
  ages: null,
});
const KOWALSKI = foundDoctor({ ...RUIZ, id: 4, full_name: "Dr Jan Kowalski", booking: "phone" });
const specialty = (name: string, code: string | null) => ({ name, code, names: { en: name, de: name }, doctors: 1 });
const list = (...items: FoundDoctor[]) => json({ items, next_cursor: null, understood: null });
const slots = (starts: string[], next_available: string | null = starts[0] ?? null) =>
  json({
    items: starts.map((starts_at) => ({
      starts_at,
      ends_at: new Date(Date.parse(starts_at) + 1_800_000).toISOString(),
      day: starts_at.slice(0, 10),
    })),
    next_cursor: null,
    zone: "Europe/Berlin",
    next_available,
    visit_types: [],
    visit_type_id: null,
  });

let stop: () => void;

beforeEach(async () => {
  stop = listen();
  vi.useFakeTimers({ now: new Date("2030-01-06T12:00:00Z"), toFake: ["Date"] });
  setClinicZone("Europe/Berlin");
  await loadMessages("ui", "public", "patient");
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  account.set(null);
  sessionStorage.clear();
  go("/");
});

/** Draws a page at an address, as the app would. */
async function at(href: string, Page: typeof Doctors, who: Account | null = null) {
  go(href);
  account.set(who);
  const id = /\d+/.exec(location.pathname)?.[0] ?? "";
  const query = new URLSearchParams(location.search);
  return draw(<Page params={{ id }} query={query} config={CONFIG} account={who} />);
}

const hrefs = (page: HTMLElement): (string | null)[] =>
  [...page.querySelectorAll("a")].map((a) => a.getAttribute("href"));
const book = (start: string): string => `/doctors/3/book?start=${encodeURIComponent(start)}`;

describe("the front page", () => {
  test("links the earliest free times of doctors booked online", async () => {
    const later = { ...RUIZ, id: 5, next_available: TEN };
    const busy = { ...RUIZ, id: 6, next_available: null };
    gateway({
      "GET /api/doctors": [list(later, busy, KOWALSKI, RUIZ)],
      "GET /api/specialties": [json({ items: [specialty("Eye & ear", null)], next_cursor: null })],
    });
    const page = await at("/", Landing);
    const board = [...page.querySelectorAll(".board ol a")];
    expect(board.map((a) => a.getAttribute("href"))).toEqual([book(NINE), book(TEN).replace("/3/", "/5/")]);
    expect(board[0]?.textContent).toBe("09:00 Mon 7 Jan Dr Marta Ruiz Cardiology");
    expect(hrefs(page)).toContain("/doctors?specialty=Eye%20%26%20ear");
  });

  test("stays usable while free times fail to load", async () => {
    gateway({
      "GET /api/doctors": [refusal(500, "unexpected"), list(RUIZ)],
      "GET /api/specialties": [refusal(500, "unexpected")],
    });
    const page = await at("/", Landing);
    expect(page.querySelector('[role="alert"]')).not.toBeNull();
    await type("q", " knee ");
    await press("Search");
    expect(location.pathname + location.search).toBe("/doctors?q=knee");
    await press("Try again");
    expect(page.querySelectorAll(".board ol a")).toHaveLength(1);
  });
});

describe("finding a doctor", () => {
  const specialties = {
    "GET /api/specialties": [json({ items: [specialty("Cardiology", "cardiology")], next_cursor: null })],
  };

  test("a doctor's card links free times or the phone number", async () => {
    gateway({ ...specialties, "GET /api/doctors": [list(RUIZ, KOWALSKI)] });
    const page = await at("/doctors", Doctors);
    expect(page.querySelector(".doctors-count")?.textContent).toBe("2 doctors");
    const [ruiz, kowalski] = [...page.querySelectorAll<HTMLElement>(".doctor-card")];
    expect(ruiz?.textContent).toContain("Speaks Spanish and English");
    expect(hrefs(ruiz as HTMLElement)).toEqual(["/doctors/3", book(NINE), "/doctors/3"]);
    expect(hrefs(kowalski as HTMLElement)).toEqual(["/doctors/4", "tel:+493055502000"]);
  });

  test("a doctor without free times shows the phone number", async () => {
    gateway({ ...specialties, "GET /api/doctors": [list({ ...RUIZ, phone: null, next_available: null })] });
    const page = await at("/doctors", Doctors);
    expect(page.textContent).toContain("No free time in the next 180 days.");
    expect(hrefs(page)).toContain("tel:+493055500");
  });

  test("filters come from the address; no match offers a reset", async () => {
    gateway({ ...specialties, "GET /api/doctors": [list()] });
    const page = await at("/doctors?q=zzz&specialty=Cardiology&language=es", Doctors);
    const values = ["q", "specialty", "language"].map((id) => (document.getElementById(id) as HTMLInputElement).value);
    expect(values).toEqual(["zzz", "cardiology", "es"]);
    expect(page.querySelector(".doctors-count")?.textContent).toBe("0 doctors");
    await press("Show all doctors");
    expect(location.search).toBe("");
  });
});

describe("a doctor's times", () => {
  test("an empty week leads to the next free one", async () => {
    gateway({
      "GET /api/doctors/3": [json(RUIZ)],
      "GET /api/doctors/3/slots": [slots([], "2030-02-04T09:00:00Z")],
    });
    const page = await at("/doctors/3", Doctor);
    expect(heading()).toBe("Dr Marta Ruiz");
    await press("See the times of Monday 4 February 2030");
    expect(page.textContent).toContain("There is no free time in these seven days.");
    expect(address.get().search).toBe("?week=2030-02-04");
  });

  test("times given by phone are shown without a link", async () => {
    gateway({ "GET /api/doctors/3": [json({ ...KOWALSKI, id: 3 })], "GET /api/doctors/3/slots": [slots([NINE])] });
    const page = await at("/doctors/3", Doctor);
    expect(page.querySelector(".slots")?.textContent).toContain("09:00");
    expect(page.querySelectorAll(".slots a")).toHaveLength(0);
  });

  test.each([
    ["not_found", "This doctor takes no appointments"],
    ["malformed", "There is no page at this address"],
  ])("error %s shows a page of its own", async (code, title) => {
    gateway({
      "GET /api/doctors": [json({ items: [], next_cursor: null })],
      "GET /api/doctors/3": [refusal(404, code)],
      "GET /api/doctors/3/slots": [refusal(404, code)],
    });
    await at("/doctors/3", Doctor);
    expect(heading()).toBe(title);
  });
});

describe("booking", () => {
  const known = { "GET /api/doctors/3": [json(RUIZ)], "GET /api/doctors/3/slots": [slots([NINE, TEN])] };
  const submit = (page: HTMLElement): boolean | undefined =>
    page.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));

  test("booking pressed twice is sent once and opens the visit", async () => {
    const requests = gateway({ ...known, "POST /api/appointments": [json({ id: 12 })] });
    const page = await at(book(NINE), Book, PAT);
    expect(page.querySelector("h2")?.textContent).toBe("Monday 7 January 2030, 09:00–09:30");
    await type("reason", " Knee ");
    submit(page);
    submit(page);
    await settled();
    const sent = requests.filter(({ call }) => call === "POST /api/appointments");
    expect(sent.map(({ body }) => body)).toEqual([
      { doctor_id: 3, starts_at: "2030-01-07T08:00:00.000Z", reason: "Knee", referral_id: null, visit_type_id: null },
    ]);
    expect(location.pathname + location.search).toBe("/appointments/12?new");
    expect(sessionStorage).toHaveLength(0);
  });

  test("a taken time offers others in focus, keeps the reason", async () => {
    gateway({ ...known, "POST /api/appointments": [refusal(409, "slot_taken", { alternatives: [TEN] })] });
    const page = await at(book(NINE), Book, PAT);
    await type("reason", "Knee");
    await press("Book this appointment");
    expect(document.activeElement).toBe(page.querySelector('[role="alert"]'));
    expect(hrefs(document.activeElement as HTMLElement)[0]).toBe(book(TEN));
    expect((document.getElementById("reason") as HTMLTextAreaElement).value).toBe("Knee");
    expect(page.textContent).not.toContain("Book this appointment");
  });

  test("a doctor who left is explained, with colleagues", async () => {
    gateway({
      "GET /api/doctors/3": [refusal(404, "not_found")],
      "GET /api/doctors/3/slots": [refusal(404, "not_found")],
      "GET /api/doctors": [json({ items: [], next_cursor: null })],
    });
    await at(book(NINE), Book, PAT);
    await settled();
    expect(location.pathname).toBe("/doctors/3");
    const page = await at("/doctors/3", Doctor, PAT);
    await settled();
    expect(page.textContent).toContain("This doctor takes no appointments here, or has left.");
    expect(hrefs(page)).toContain("/doctors");
  });

  test("a guest is offered an account and returns to this time", async () => {
    gateway(known);
    const page = await at(book(NINE), Book);
    const next = encodeURIComponent(book(NINE));
    expect(hrefs(page)).toEqual(expect.arrayContaining([`/register?next=${next}`, `/sign-in?next=${next}`]));
    expect(page.querySelector("form")).toBeNull();
  });

  test("staff are told that only patients book", async () => {
    gateway(known);
    const page = await at(book(NINE), Book, { ...PAT, full_name: "Ama Osei", role: "doctor" });
    expect(page.textContent).toContain("You are signed in as Ama Osei (Doctor)");
    expect(page.querySelector("form")).toBeNull();
  });

  test.each([
    ["2030-01-07T08:30:00Z", "This time is not free."],
    ["2020-01-07T08:30:00Z", "This time has passed."],
  ])("%s: %s The nearest ones are", async (start, sentence) => {
    gateway(known);
    const page = await at(book(start), Book, PAT);
    expect(page.textContent).toContain(sentence);
    expect(hrefs(page)).toEqual(expect.arrayContaining([book(NINE), book(TEN)]));
    expect(page.querySelector("form")).toBeNull();
  });

  test.each(["", "soon", "2030-01-07"])("an invalid start (%j) leads back to all times", async (start) => {
    gateway(known);
    const page = await at(book(start), Book, PAT);
    expect(page.textContent).toContain("no valid time");
    expect(hrefs(page)).toContain("/doctors/3");
  });
});
