import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { weekDays } from "../src/lib/time/time";
import { setClinicZone } from "../src/lib/time/zone";
import { SlotList } from "../src/ui/week/SlotList";
import { WeekGrid, type WeekVisit } from "../src/ui/week/WeekGrid";
import { draw } from "./page";

const DAYS = weekDays("2030-01-07");
const AUTUMN = weekDays("2030-10-21");

beforeEach(async () => {
  await loadMessages("ui");
  setClinicZone("Europe/Berlin");
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe("free times", () => {
  const slot = (starts_at: string, day: string) => ({ starts_at, ends_at: starts_at, day });
  const href = ({ starts_at }: { starts_at: string }): string => `/book?start=${encodeURIComponent(starts_at)}`;

  test("each free time is a link in its day, named with its date", async () => {
    const page = await draw(<SlotList days={DAYS} slots={[slot("2030-01-07T08:00:00Z", "2030-01-07")]} href={href} />);
    const links = [...page.querySelectorAll("a")];
    expect(links.map((link) => [link.textContent, link.getAttribute("aria-label")])).toEqual([
      ["09:00", "Monday 7 January 2030, 09:00"],
    ]);
    expect(links[0]?.getAttribute("href")).toBe("/book?start=2030-01-07T08%3A00%3A00Z");
    const headings = [...page.querySelectorAll("h3")];
    expect(headings.map(({ textContent }) => textContent)).toContain("Sun 13 Jan");
    expect(headings[0]?.parentElement?.contains(links[0] ?? null)).toBe(true);
    expect(page.textContent?.match(/No free times/g)).toHaveLength(6);
  });

  test("days are clinic days in any browser time zone", async () => {
    vi.stubEnv("TZ", "Pacific/Kiritimati");
    const page = await draw(
      <SlotList days={DAYS} slots={[slot("2030-01-07T22:30:00Z", "2030-01-07")]} href={href} empty="None" />,
    );
    expect(page.querySelector("h3")?.parentElement?.textContent).toBe("Mon 7 Jan23:30");
    expect(page.textContent?.match(/None/g)).toHaveLength(6);
  });

  test("both times of the repeated autumn hour are labelled", async () => {
    const slots = ["2030-10-27T00:30:00Z", "2030-10-27T01:30:00Z"].map((at) => slot(at, "2030-10-27"));
    const page = await draw(<SlotList days={AUTUMN} slots={slots} href={href} />);
    expect([...page.querySelectorAll("a")].map((link) => link.getAttribute("aria-label"))).toEqual([
      "Sunday 27 October 2030, 02:30 GMT+2",
      "Sunday 27 October 2030, 02:30 GMT+1",
    ]);
  });
});

describe("a doctor's week", () => {
  const visit = (id: number, starts_at: string, ends_at: string, more: Partial<WeekVisit> = {}): WeekVisit => ({
    id,
    starts_at,
    ends_at,
    patient: "Noor Haddad",
    status: "booked",
    href: `/doctor/visits/${id}`,
    ...more,
  });
  const open: Schemas["OpenHours"][] = [
    { weekday: "mon", starts: "09:00", ends: "12:00" },
    { weekday: "mon", starts: "13:00", ends: "17:30" },
  ];
  const rows = (page: HTMLElement): string[] =>
    [...page.querySelectorAll<HTMLElement>("li")].map(({ style }) => style.gridRow);
  const hours = (page: HTMLElement): (string | null)[] =>
    [...page.querySelectorAll(".week-hours span")].map(({ textContent }) => textContent);

  test("a visit is one link with time, name and status", async () => {
    const visits = [
      visit(2, "2030-01-07T09:00:00Z", "2030-01-07T09:30:00Z", { status: "no_show" }),
      visit(1, "2030-01-07T08:00:00Z", "2030-01-07T08:30:00Z"),
    ];
    const page = await draw(<WeekGrid days={DAYS} visits={visits} timeOff={[]} />);
    const links = [...page.querySelectorAll("a")];
    expect(links.map((link) => link.textContent)).toEqual(["09:00 Noor Haddad Booked", "10:00 Noor Haddad Missed"]);
    expect(links.map((link) => link.getAttribute("aria-label"))).toEqual([
      "Monday 7 January 2030, 09:00, Noor Haddad, Booked",
      "Monday 7 January 2030, 10:00, Noor Haddad, Missed",
    ]);
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["/doctor/visits/1", "/doctor/visits/2"]);
    expect(page.textContent?.match(/No visits/g)).toHaveLength(6);
  });

  test("rows run from the earliest to the latest hour used", async () => {
    const visits = [visit(1, "2030-01-07T08:10:00Z", "2030-01-07T08:25:00Z")];
    const page = await draw(<WeekGrid days={DAYS} visits={visits} timeOff={[]} />);
    expect(hours(page)).toEqual(["09:00"]);
    expect(rows(page)).toEqual(["3 / 6"]);
    expect(page.querySelector<HTMLElement>(".week")?.style.getPropertyValue("--rows")).toBe("12");
  });

  test("open hours are named and extend the grid", async () => {
    const page = await draw(<WeekGrid days={DAYS} visits={[]} timeOff={[]} openHours={open} />);
    const text = [...page.querySelectorAll(".week-open-hours")].map(({ textContent }) => textContent);
    expect(text).toEqual(["Open 09:00–12:00, 13:00–17:30", ...Array(6).fill("No open hours")]);
    expect([hours(page)[0], hours(page).at(-1)]).toEqual(["09:00", "17:00"]);
    const drawn = [...page.querySelectorAll<HTMLElement>(".week-open")].map(({ style }) => style.gridRow);
    expect(drawn).toEqual(["1 / 37", "49 / 103"]);
  });

  test("time off is named each day and does not extend the grid", async () => {
    const off = { starts_at: "2030-01-07T13:00:00Z", ends_at: "2030-01-09T09:00:00Z", reason: "Conference" };
    const page = await draw(<WeekGrid days={DAYS} visits={[]} timeOff={[off]} openHours={open} />);
    expect([...page.querySelectorAll(".week-off")].map(({ textContent }) => textContent)).toEqual([
      "Time off from 14:00 Conference",
      "Time off all day Conference",
      "Time off until 10:00 Conference",
    ]);
    expect([hours(page)[0], hours(page).at(-1)]).toEqual(["09:00", "17:00"]);
    expect(rows(page)).toEqual(["61 / 109", "1 / 109", "1 / 13"]);
  });

  test("time off that ends at midnight skips the next day", async () => {
    const off = { starts_at: "2030-01-06T23:00:00Z", ends_at: "2030-01-07T23:00:00Z", reason: null };
    const page = await draw(<WeekGrid days={DAYS} visits={[]} timeOff={[off]} />);
    expect([...page.querySelectorAll(".week-off")].map(({ textContent }) => textContent)).toEqual([
      "Time off all day ",
    ]);
  });

  test("a visit in the repeated autumn hour keeps its length", async () => {
    const visits = [
      visit(1, "2030-10-27T00:30:00Z", "2030-10-27T01:00:00Z"),
      visit(2, "2030-10-27T01:30:00Z", "2030-10-27T02:00:00Z"),
    ];
    const page = await draw(<WeekGrid days={AUTUMN} visits={visits} timeOff={[]} />);
    expect(rows(page)).toEqual(["7 / 13", "7 / 13"]);
    expect([...page.querySelectorAll("a")].map(({ textContent }) => textContent?.slice(0, 11))).toEqual([
      "02:30 GMT+2",
      "02:30 GMT+1",
    ]);
  });

  test("today is marked by the clinic's calendar", async () => {
    vi.useFakeTimers({ now: new Date("2030-01-07T23:30:00Z"), toFake: ["Date"] });
    const page = await draw(<WeekGrid days={DAYS} visits={[]} timeOff={[]} />);
    expect(page.querySelector('[aria-current="date"]')?.textContent).toBe("Tue 8 Jan, today");
  });
});
