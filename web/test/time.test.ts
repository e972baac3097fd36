import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadMessages } from "../src/lib/i18n/i18n";
import {
  addDays,
  ageOn,
  clock,
  dateOnly,
  dayOf,
  instantOf,
  isDay,
  locale,
  longDay,
  longWhen,
  minuteOfDay,
  minutesBetween,
  mondayOf,
  shortDay,
  span,
  today,
  weekDays,
  when,
  zoneLabel,
} from "../src/lib/time/time";
import { isDeviceElsewhere, setClinicZone } from "../src/lib/time/zone";

const speaking = (lang: string): void => {
  document.documentElement.lang = lang;
};
/** Intl puts narrow and thin spaces around "AM" and dashes. */
const plain = (text: string): string => text.replace(/[\u2009\u202f\u00a0]/g, " ");

beforeEach(async () => {
  await loadMessages("ui");
  speaking("en-GB");
  setClinicZone("Europe/Berlin");
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  speaking("en");
});

describe.each([
  ["Australia/Lord_Howe", 660],
  ["America/New_York", -300],
  ["Pacific/Kiritimati", 840],
  ["Pacific/Honolulu", -600],
  ["Europe/Berlin", 60],
])("a browser in %s", (zone, minutesAhead) => {
  beforeEach(() => {
    vi.stubEnv("TZ", zone);
    expect(-new Date("2030-01-07T12:00:00Z").getTimezoneOffset()).toBe(minutesAhead);
  });

  test("days and clocks are the clinic's", () => {
    expect(dayOf("2030-01-06T22:59:59Z")).toBe("2030-01-06");
    expect(dayOf("2030-01-06T23:00:00Z")).toBe("2030-01-07");
    expect(dayOf("2030-01-07T23:30:00+14:00")).toBe("2030-01-07");
    expect(clock("2030-01-07T08:00:00Z")).toBe("09:00");
    expect(minuteOfDay("2030-01-06T23:05:00Z")).toBe(5);
    expect(when("2030-01-06T23:00:00Z")).toBe("Mon 7 Jan 2030, 00:00");
    expect(longDay("2030-01-07")).toBe("Monday 7 January 2030");
    expect(instantOf("2030-01-07", "00:00")).toBe("2030-01-07T00:00:00+01:00");
  });

  test("today is the clinic's day", () => {
    vi.useFakeTimers({ now: new Date("2030-07-07T22:30:00Z") });
    expect(today()).toBe("2030-07-08");
  });

  test("another zone is recognised as different from the clinic's", () => {
    expect(isDeviceElsewhere()).toBe(zone !== "Europe/Berlin");
  });
});

test.each([
  ["Africa/Lagos", true],
  ["Africa/Johannesburg", true],
  ["Europe/Paris", false],
])("in winter and in summer, a browser in %s differs: %s", (zone, differs) => {
  vi.stubEnv("TZ", zone);
  for (const now of ["2030-01-07T08:00:00Z", "2030-07-07T08:00:00Z"]) {
    vi.useFakeTimers({ now: new Date(now) });
    expect(isDeviceElsewhere()).toBe(differs);
  }
});

test("calendar days add up, and weeks start on Monday", () => {
  expect(addDays("2030-02-28", 1)).toBe("2030-03-01");
  expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  expect(addDays("2030-01-01", -1)).toBe("2029-12-31");
  expect(["2030-01-07", "2030-01-09", "2030-01-13"].map(mondayOf)).toEqual(Array(3).fill("2030-01-07"));
  // clocks change in both of these weeks, and each has its seven days
  expect(weekDays("2030-03-25").at(-1)).toBe("2030-03-31");
  expect(weekDays("2030-10-21")).toHaveLength(7);
  expect(weekDays("2030-10-21").at(-1)).toBe("2030-10-27");
});

test("only YYYY-MM-DD of the calendar is a day", () => {
  for (const day of ["2030-01-07", "2028-02-29"]) expect(isDay(day)).toBe(true);
  for (const text of ["2030-02-30", "2029-02-29", "2030-13-01", "2030-1-7", "7 Jan", "2030-01-07T00:00", "", null])
    expect(isDay(text)).toBe(false);
});

test("times and days follow British, American, German style", () => {
  const at = "2030-01-07T08:00:00Z";
  const text = (): string[] =>
    [longDay("2030-01-07"), shortDay("2030-01-07"), dateOnly("2030-01-07"), clock(at), when(at)].map(plain);
  expect(text()).toEqual(["Monday 7 January 2030", "Mon 7 Jan", "7 January 2030", "09:00", "Mon 7 Jan 2030, 09:00"]);
  speaking("en-US");
  expect(text()).toEqual([
    "Monday, January 7, 2030",
    "Mon, Jan 7",
    "January 7, 2030",
    "9:00 AM",
    "Mon, Jan 7, 2030, 9:00 AM",
  ]);
  speaking("de");
  expect(text()).toEqual([
    "Montag, 7. Januar 2030",
    "Mo., 7. Jan.",
    "7. Januar 2030",
    "09:00",
    "Mo., 7. Jan. 2030, 09:00",
  ]);
  expect(locale()).toBe("de");
  speaking("en");
  expect(locale()).toBe("en-GB");
});

test("a period within a day and one over midnight", () => {
  expect(plain(span("2030-01-07T08:00:00Z", "2030-01-07T08:30:00Z"))).toBe("Mon 7 Jan 2030, 09:00–09:30");
  expect(plain(span("2030-01-07T22:30:00Z", "2030-01-07T23:30:00Z"))).toBe(
    "Mon 7 Jan 2030, 23:30 – Tue 8 Jan 2030, 00:30",
  );
  speaking("en-US");
  expect(plain(span("2030-01-07T08:00:00Z", "2030-01-07T08:30:00Z"))).toBe("Mon, Jan 7, 2030, 9:00 – 9:30 AM");
});

test("times in the spring gap move forward", () => {
  expect(instantOf("2030-03-31", "01:59")).toBe("2030-03-31T01:59:00+01:00");
  expect(instantOf("2030-03-31", "02:30")).toBe("2030-03-31T03:30:00+02:00");
  expect(instantOf("2030-03-31", "03:00")).toBe("2030-03-31T03:00:00+02:00");
  expect(minutesBetween(instantOf("2030-03-31", "00:00"), instantOf("2030-04-01", "00:00"))).toBe(23 * 60);
  expect(clock("2030-03-31T00:59:00Z")).toBe("01:59");
  expect(clock("2030-03-31T01:00:00Z")).toBe("03:00");
});

test("the repeated autumn hour is labelled, the first is used", () => {
  expect(instantOf("2030-10-27", "02:30")).toBe("2030-10-27T02:30:00+02:00");
  expect(instantOf("2030-10-27", "03:00")).toBe("2030-10-27T03:00:00+01:00");
  expect(clock("2030-10-26T23:59:00Z")).toBe("01:59");
  expect(clock("2030-10-27T00:30:00Z")).toBe("02:30 GMT+2");
  expect(clock("2030-10-27T01:30:00Z")).toBe("02:30 GMT+1");
  expect(clock("2030-10-27T02:00:00Z")).toBe("03:00");
  expect(when("2030-10-27T01:30:00Z")).toBe("Sun 27 Oct 2030, 02:30 GMT+1");
  expect(longWhen("2030-10-27T00:30:00Z")).toBe("Sunday 27 October 2030, 02:30 GMT+2");
  expect(span("2030-10-27T00:30:00Z", "2030-10-27T01:00:00Z")).toBe("Sun 27 Oct 2030, 02:30 GMT+2 – 02:00 GMT+1");
  expect(minutesBetween("2030-10-27T00:30:00Z", "2030-10-27T01:00:00Z")).toBe(30);
});

test("a clock change of half an hour works (Lord Howe)", () => {
  setClinicZone("Australia/Lord_Howe");
  expect(instantOf("2030-10-06", "02:15")).toBe("2030-10-06T02:45:00+11:00");
  expect(instantOf("2030-04-07", "01:45")).toBe("2030-04-07T01:45:00+11:00");
  expect(clock("2030-04-06T15:15:00Z")).toBe("01:45 GMT+10:30");
  expect(clock("2030-04-06T15:30:00Z")).toBe("02:00");
});

test("the zone is named with its offset at that time", () => {
  expect(zoneLabel("2030-01-07T08:00:00Z")).toBe("Berlin time, GMT+1");
  expect(zoneLabel("2030-07-07T08:00:00Z")).toBe("Berlin time, GMT+2");
  setClinicZone("America/New_York");
  expect(zoneLabel("2030-01-07T08:00:00Z")).toBe("New York time, GMT-5");
  vi.useFakeTimers({ now: new Date("2030-07-07T08:00:00Z") });
  expect(zoneLabel()).toBe("New York time, GMT-4");
  expect(instantOf("2030-07-07", "09:00")).toBe("2030-07-07T09:00:00-04:00");
  expect(() => setClinicZone("Mars/Olympus")).toThrow(RangeError);
  expect(zoneLabel()).toBe("New York time, GMT-4");
});

test("ages count full years", () => {
  expect(ageOn("1990-01-07", "2030-01-06")).toBe(39);
  expect(ageOn("1990-01-07", "2030-01-07")).toBe(40);
  expect(ageOn("2028-02-29", "2029-02-28")).toBe(0);
  expect(ageOn("2028-02-29", "2029-03-01")).toBe(1);
  vi.useFakeTimers({ now: new Date("2030-01-06T23:30:00Z") });
  expect(ageOn("1990-01-07")).toBe(40);
});
