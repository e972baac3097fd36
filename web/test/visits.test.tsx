import { beforeEach, expect, test, vi } from "vitest";
import { loadMessages } from "../src/lib/i18n/i18n";
import type { OwnProps } from "../src/lib/routing/page";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import Home from "../src/pages/patient/home/home";
import { loadOffers } from "../src/pages/patient/home/offers";
import Profile from "../src/pages/patient/profile/profile";
import Appointment from "../src/pages/patient/visits/appointment";
import Appointments from "../src/pages/patient/visits/appointments";
import Move from "../src/pages/patient/visits/move";
import { changing, isAhead } from "../src/pages/patient/visits/visit";
import { appointment, CONFIG, foundDoctor, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const VISIT = appointment();
const DOCTOR = foundDoctor();
const ONE = "GET /api/appointments/5";
const page = (items: unknown[]) => json({ items, next_cursor: null });
const props = (search = "", more: Partial<OwnProps> = {}): OwnProps => ({
  params: { id: "5" },
  query: new URLSearchParams(search),
  config: CONFIG,
  account: PAT,
  ...more,
});
const text = (): string => document.body.textContent ?? "";

beforeEach(async () => {
  // loaded on demand; preloaded here
  await import("../src/pages/patient/visits/cancel-dialog");
  sessionStorage.clear();
  history.replaceState(null, "", "/appointments/5");
  account.set(PAT);
  setClinicZone(CONFIG.zone);
  await loadMessages("ui", "patient");
});

test("a visit can be changed online until the notice period", () => {
  vi.useFakeTimers({ now: Date.parse("2050-01-07T08:00:00Z") });
  const within = (minutes: number) => ({ ...CONFIG, booking: { ...CONFIG.booking, change_notice_minutes: minutes } });
  expect(changing(VISIT, within(59))).toBe("here");
  expect(changing(VISIT, within(60))).toBe("phone");
  expect(changing({ ...VISIT, status: "arrived" }, within(0))).toBe("no");
  vi.setSystemTime(Date.parse("2050-01-07T09:00:00Z"));
  expect(changing(VISIT, within(0))).toBe("no");
  expect(isAhead(VISIT)).toBe(true);
  expect(isAhead({ ...VISIT, status: "cancelled" })).toBe(false);
  vi.setSystemTime(Date.parse("2050-01-07T09:30:00Z"));
  expect(isAhead(VISIT)).toBe(false);
  vi.useRealTimers();
});

test("on the home page only the failed card shows an error", async () => {
  gateway({
    "GET /api/appointments": [page([{ ...VISIT, id: 4, status: "cancelled" }, VISIT])],
    "GET /api/me/summary": [refusal(500, "unexpected")],
    "GET /api/doctors": [page([DOCTOR])],
  });
  await draw(<Home {...props()} />);
  expect(document.querySelectorAll('.problem[role="alert"]')).toHaveLength(1);
  expect(document.querySelector(".home-do .problem")).not.toBeNull();
  expect(document.querySelector(".home-next a")?.getAttribute("href")).toBe("/appointments/5");
  const book = document.querySelector(".home-book .lines .button");
  expect(book?.getAttribute("href")).toBe("/doctors/3/book?start=2050-01-08T09%3A00%3A00Z");
  expect(document.querySelectorAll(".tile")).toHaveLength(4);
});

test("home offers known doctors first, then the earliest time", async () => {
  const soon = { ...DOCTOR, id: 8, next_available: "2050-01-02T09:00:00Z" };
  const sooner = { ...DOCTOR, id: 9, next_available: "2050-01-01T09:00:00Z" };
  const phone = { ...sooner, id: 10, booking: "phone" };
  const full = { ...DOCTOR, id: 11, next_available: null };
  gateway({
    "GET /api/appointments": [page([{ ...VISIT, status: "cancelled", doctor: { ...VISIT.doctor, id: 8 } }, VISIT])],
    "GET /api/doctors": [page([soon, full, phone, sooner])],
    "GET /api/doctors/3": [json(DOCTOR)],
  });
  const offers = await loadOffers();
  expect(offers.ok && offers.data.map(({ id, seen }) => [id, seen])).toEqual([
    [3, true],
    [9, false],
    [8, false],
  ]);
});

test.each(["upcoming", "past"])("an empty list of %s visits links to booking", async (when) => {
  gateway({ "GET /api/appointments": [page([])] });
  await draw(<Appointments {...props(`when=${when}`)} />);
  expect(document.querySelector(".empty")?.textContent).toContain(`no ${when} appointments`);
  expect(document.querySelector(".empty a")?.getAttribute("href")).toBe("/doctors");
});

test("cancelling sends the version and focuses the result", async () => {
  const requests = gateway({
    "GET /api/appointments": [page([VISIT])],
    "PUT /api/appointments/5/cancel": [json({ ...VISIT, status: "cancelled", cancelled_by: "patient", version: 4 })],
  });
  await draw(<Appointments {...props()} />);
  // a press on a button gives it the focus, in browsers
  document.querySelector<HTMLElement>("table button")?.focus();
  await press("Cancel appointment");
  expect(document.activeElement?.textContent).toBe("Keep appointment");
  await press("Keep appointment");
  expect(document.querySelector("dialog")).toBeNull();
  expect(document.activeElement?.textContent).toBe("Cancel appointment");
  await press("Cancel appointment");
  await type("reason", " I feel better ");
  await press("Cancel appointment");
  expect(requests.at(-1)?.body).toEqual({ reason: "I feel better" });
  expect(requests.at(-1)?.headers.get("If-Match")).toBe('"3"');
  expect(document.activeElement?.textContent).toBe("Your appointment CP-7K3M-9Q2X is cancelled.");
  expect(document.querySelector("table .chip")?.textContent).toBe("Cancelled");
  expect(document.querySelector("table button")).toBeNull();
});

test("cancelling a moved visit shows it again, keeps the reason", async () => {
  const moved = { ...VISIT, starts_at: "2050-01-09T09:00:00Z", ends_at: "2050-01-09T09:30:00Z", version: 4 };
  const requests = gateway({
    [ONE]: [json(VISIT), json(moved)],
    "PUT /api/appointments/5/cancel": [
      refusal(412, "stale", { version: 4 }),
      refusal(409, "illegal_transition", { current: "arrived", legal: [] }),
    ],
  });
  await draw(<Appointment {...props()} />);
  await press("Cancel appointment");
  await type("reason", "Away");
  await press("Cancel appointment");
  expect(document.querySelector("dialog")?.textContent).toContain("Sunday 9 January 2050, 10:00");
  expect(document.querySelector("dialog .errors")?.textContent).toContain("not cancelled yet");
  await press("Cancel appointment");
  expect(
    requests
      .filter(({ call }) => call.startsWith("PUT"))
      .at(-1)
      ?.headers.get("If-Match"),
  ).toBe('"4"');
  // cancelling is no longer possible: only closing is left
  expect(document.querySelector("dialog form")?.textContent).toBe("Back to your appointments");
  await press("Back to your appointments");
  expect(document.querySelector(".visit-day")?.textContent).toBe("Sunday 9 January 2050");
});

test("inside the cut-off the phone number replaces the buttons", async () => {
  gateway({ [ONE]: [json(VISIT)] });
  const change_notice_minutes = 60 * 24 * 365 * 100;
  await draw(
    <Appointment {...props("new", { config: { ...CONFIG, booking: { ...CONFIG.booking, change_notice_minutes } } })} />,
  );
  expect(document.querySelector(".done")?.textContent).toContain(VISIT.reference);
  expect(document.querySelector(`a[href="tel:+493055500"]`)).not.toBeNull();
  expect(document.querySelector('a[href$="/move"]')).toBeNull();
  expect(text()).toContain("Add to calendar");
});

test.each([
  ["doctor", "Dr Ama Osei cancelled this appointment."],
  ["admin", "The hospital cancelled this appointment."],
] as const)("cancelled by the %s: shows reason and booking link", async (cancelled_by, words) => {
  gateway({ [ONE]: [json({ ...VISIT, status: "cancelled", cancelled_by, cancel_reason: "Ill" })] });
  await draw(<Appointment {...props()} />);
  expect(text()).toContain(words);
  expect(text()).toContain("Reason: Ill");
  expect(document.querySelector('a[href="/doctors/3"]')?.textContent).toBe("Book again");
  expect(text()).not.toContain("What to bring");
});

test("a visit of another patient is not found", async () => {
  gateway({ [ONE]: [refusal(404, "not_found")] });
  await draw(<Appointment {...props()} />);
  expect(document.querySelector("h1")?.textContent).toBe("There is no page at this address");
});

test("moving shows the old time above the first free week", async () => {
  const slot = { starts_at: "2050-01-08T09:00:00Z", ends_at: "2050-01-08T09:30:00Z", day: "2050-01-08" };
  gateway({
    [ONE]: [json(VISIT)],
    "GET /api/doctors/3": [json(DOCTOR)],
    "GET /api/doctors/3/slots": [json({ items: [slot], next_cursor: null, zone: CONFIG.zone, next_available: null })],
  });
  history.replaceState(null, "", "/appointments/5/move");
  const config = { ...CONFIG, booking: { ...CONFIG.booking, horizon_days: 20_000 } };
  const into = await draw(<Move {...props("", { config })} />);
  await settled();
  expect(into.querySelector(".visit-old")?.textContent).toContain("Friday 7 January 2050, 10:00");
  expect(into.querySelector("#week")?.textContent).toBe("Free times, Sat 8 Jan to Fri 14 Jan");
  const free = into.querySelector(".slots a");
  expect(free?.getAttribute("href")).toBe("/appointments/5/move?start=2050-01-08T09%3A00%3A00Z");
});

test("a visit whose doctor left offers colleagues, cancelling and the phone", async () => {
  const left = { ...VISIT, doctor: { ...VISIT.doctor, bookable: false } };
  gateway({
    [ONE]: [json(left)],
    "GET /api/doctors": [page([{ ...DOCTOR, id: 8, full_name: "Dr Ben Berg" }])],
  });
  const into = await draw(<Move {...props()} />);
  await settled();
  expect(into.textContent).toContain("Dr Ama Osei takes no appointments here any more.");
  expect(into.textContent).toContain("cannot be moved");
  expect(into.querySelector('a[href^="tel:"]')?.textContent).toBe("+49 30 5550 0");
  expect(into.textContent).toContain("Colleagues in Cardiology");
  expect(into.querySelector(".doctor-name")?.getAttribute("href")).toBe("/doctors/8");
  const buttons = [...into.querySelectorAll(".warning :is(button, .button)")].map(({ textContent }) => textContent);
  expect(buttons).toEqual(["Cancel appointment"]);
});

test("a visit whose doctor left is not offered to be moved", async () => {
  const left = { ...VISIT, doctor: { ...VISIT.doctor, bookable: false } };
  gateway({ [ONE]: [json(left)], "GET /api/doctors": [page([])] });
  const into = await draw(<Appointment {...props()} />);
  await settled();
  expect(into.querySelector('a[href$="/move"]')).toBeNull();
  expect(into.textContent).toContain("Dr Ama Osei takes no appointments here any more.");
  expect(into.textContent).toContain("Please call us.");
  expect([...into.querySelectorAll("button")].map(({ textContent }) => textContent)).toContain("Cancel appointment");
});

test("a past visit with a doctor who left leads to colleagues", async () => {
  const left = { ...VISIT, status: "completed", doctor: { ...VISIT.doctor, bookable: false } };
  gateway({ [ONE]: [json(left)] });
  const into = await draw(<Appointment {...props()} />);
  const again = [...into.querySelectorAll("a")].find(({ textContent }) => textContent === "Find a colleague");
  expect(again?.getAttribute("href")).toBe("/doctors?specialty=Cardiology");
});

test("moving asks once, and keeps the old time on conflict", async () => {
  const requests = gateway({
    [ONE]: [json(VISIT)],
    "GET /api/doctors/3": [json(DOCTOR)],
    "PUT /api/appointments/5": [refusal(409, "slot_taken", { alternatives: ["2050-01-08T10:00:00Z"] })],
  });
  history.replaceState(null, "", "/appointments/5/move?start=2050-01-08T09:00:00Z");
  await draw(<Move {...props("start=2050-01-08T09:00:00Z")} />);
  expect(document.querySelector("h2")?.textContent).toBe("Move to Saturday 8 January 2050, 10:00?");
  await press("Move to this time");
  const sent = requests.at(-1);
  expect(sent?.body).toEqual({ starts_at: "2050-01-08T09:00:00Z" });
  expect(sent?.headers.get("If-Match")).toBe('"3"');
  expect(document.activeElement?.textContent).toContain("Your old time is still yours");
  const other = document.querySelector(".book-taken li a");
  expect(other?.getAttribute("href")).toBe("/appointments/5/move?start=2050-01-08T10%3A00%3A00Z");
  expect(location.pathname).toBe("/appointments/5/move");
});

test("moving into another appointment names it", async () => {
  const other = { kind: "laboratory", id: 9, starts_at: "2050-01-08T09:15:00Z", ends_at: "2050-01-08T09:30:00Z" };
  gateway({
    [ONE]: [json(VISIT)],
    "GET /api/doctors/3": [json(DOCTOR)],
    "PUT /api/appointments/5": [refusal(409, "patient_busy", { other, alternatives: ["2050-01-08T10:00:00Z"] })],
  });
  history.replaceState(null, "", "/appointments/5/move?start=2050-01-08T09:00:00Z");
  await draw(<Move {...props("start=2050-01-08T09:00:00Z")} />);
  await press("Move to this time");
  expect(document.activeElement?.textContent).toContain("You have another appointment at that time.");
  const [named, free] = document.querySelectorAll<HTMLElement>(".book-taken a");
  expect([named?.getAttribute("href"), named?.textContent]).toEqual([
    "/labs/bookings/9",
    "Sat 8 Jan 2050, 10:15–10:30",
  ]);
  expect(free?.getAttribute("href")).toContain("/appointments/5/move?start=2050-01-08T10");
});

test("saving a stale profile keeps the typed number", async () => {
  const elsewhere = { ...PAT, full_name: "Pat Newname", version: 2 };
  const requests = gateway({
    "GET /auth/me": [json(PAT), json(elsewhere)],
    "PUT /auth/me": [
      refusal(412, "stale", { version: 2 }),
      ({ body }) => json({ ...elsewhere, ...(body as object), version: 3 }),
    ],
  });
  await draw(<Profile {...props()} />);
  await type("phone", "+49 30 9");
  await press("Save contact details");
  expect(document.querySelector(".errors")?.textContent).toContain("changed elsewhere");
  expect((document.getElementById("phone") as HTMLInputElement).value).toBe("+49 30 9");
  await press("Save contact details");
  const saved = requests.findLast((one) => one.call === "PUT /auth/me");
  expect(saved?.headers.get("If-Match")).toBe('"2"');
  expect(saved?.body).toEqual({ phone: "+49 30 9", contact: null });
  expect(document.querySelector(".done")?.textContent).toBe("Your contact details are saved.");
  expect(account.get()?.phone).toBe("+49 30 9");
  expect(sessionStorage).toHaveLength(0);
});
