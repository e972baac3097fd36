import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { preparationOf } from "../src/lib/clinical/preparation";
import { loadMessages } from "../src/lib/i18n/i18n";
import { address, go } from "../src/lib/routing/router";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import LabBook from "../src/pages/patient/labs/book";
import Labs from "../src/pages/patient/labs/labs";
import { bookHref, testsOf } from "../src/pages/patient/labs/tests";
import { both, CONFIG, NINE, PAT } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { at, BOOKED, CBC, page } from "./laboratory";
import { draw, press } from "./page";

const TESTS = "GET /api/labs/tests";
const SLOTS = "GET /api/labs/slots";
const free = (starts_at: string, places: number, other: object | null = null) => ({
  starts_at,
  ends_at: starts_at,
  free: places,
  other,
});
const VISIT = { kind: "visit", id: 9, starts_at: NINE, ends_at: "2030-01-08T08:30:00Z" };
const text = (): string => document.body.textContent ?? "";

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-01-07T12:00:00Z"), toFake: ["Date"] });
  setClinicZone(CONFIG.zone);
  account.set(PAT);
  await loadMessages("ui", "patient");
});

afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
  account.set(null);
  go("/");
});

describe("the catalogue", () => {
  test("a test shows its preparation and can be added", async () => {
    gateway({ [TESTS]: [page(CBC)] });
    const all = await draw(<Labs {...at("/labs?q=blood")} />);
    expect(all.textContent).toContain("Preparation: Drink water only for 8 hours before.");
    expect(all.textContent).toContain("Result usually within 2 days");
    expect(all.querySelector(".tests a")?.getAttribute("href")).toBe("/labs/CBC/book");
    const adding = await draw(<Labs {...at("/labs?with=LIPID&day=2030-01-08")} />);
    expect(adding.querySelector(".tests a")?.getAttribute("href")).toBe("/labs/LIPID/book?also=CBC&day=2030-01-08");
  });

  test("a search without a match offers all tests", async () => {
    gateway({ [TESTS]: [page()] });
    await draw(<Labs {...at("/labs?q=zzz")} />);
    expect(document.querySelector('.empty a[href="/labs"]')).not.toBeNull();
  });

  test("a test is found by its code before other matches", async () => {
    gateway({ [TESTS]: [json({ items: [{ ...CBC, code: "CBCX" }], next_cursor: "n" }), page(CBC)] });
    expect(await testsOf(["CBC"])).toEqual({ ok: true, data: [CBC] });
    expect(bookHref(["A/B", "C"], null)).toBe("/labs/A%2FB/book?also=C");
  });
});

describe("preparation", () => {
  const CORT = {
    ...CBC,
    code: "CORT",
    name: "Cortisol",
    fasting_hours: 10,
    collect_from: "07:00",
    collect_until: "09:00",
  };

  test("the fast is counted from the booked time in the clinic's zone", () => {
    expect(preparationOf(CORT, "2030-01-08T06:30:00Z")).toBe(
      "From Monday 7 January 2030, 21:30 on, eat nothing and drink only water until the sample. " +
        "Drink water only for 8 hours before.",
    );
    // the clock is set forward at 02:00
    expect(preparationOf({ ...CORT, preparations: both("") }, "2030-03-31T06:00:00Z")).toContain(
      "30 March 2030, 21:00 on",
    );
    expect(preparationOf({ ...CORT, preparations: both("") }, null)).toBe(
      "Come between 07:00 and 09:00. Eat nothing and drink only water for 10 hours before the sample.",
    );
  });

  test("a test by order only is shown but not booked", async () => {
    gateway({ [TESTS]: [page({ ...CBC, by_order_only: true })] });
    const all = await draw(<Labs {...at("/labs")} />);
    expect(all.textContent).toContain("Only with a doctor’s order");
    expect(all.querySelector(".tests a")).toBeNull();
  });
});

describe("booking tests", () => {
  test("without a day the first day with free times is shown", async () => {
    const times = [page(free(NINE, 0)), page(free(NINE, 2)), page(free(NINE, 2), free("2030-01-08T08:15:00Z", 0))];
    gateway({ [TESTS]: [page(CBC)], [SLOTS]: times });
    await draw(<LabBook {...at("/labs/CBC/book", { code: "CBC" })} />);
    expect(document.querySelector("section h3")?.textContent).toBe("Tuesday 8 January 2030");
    expect([...document.querySelectorAll(".times a")].map((link) => link.textContent)).toEqual([
      "Tuesday 8 January 2030, 09:00, 09:002 places",
    ]);
    expect(text()).toContain("Drink water only for 8 hours before.");
  });

  test("a full day leads to the next free one", async () => {
    gateway({ [TESTS]: [page(CBC)], [SLOTS]: [page(free(NINE, 0)), page(), page(free(NINE, 1))] });
    await draw(<LabBook {...at("/labs/CBC/book?day=2030-01-08", { code: "CBC" })} />);
    expect(text()).toContain("There is no free time on Tuesday 8 January 2030.");
    expect(document.querySelector(".empty a")?.getAttribute("href")).toBe("/labs/CBC/book?day=2030-01-10");
  });

  test("booking is one press below the preparation", async () => {
    const requests = gateway({ [TESTS]: [page(CBC)], "POST /api/labs/bookings": [json(BOOKED)] });
    await draw(<LabBook {...at(`/labs/CBC/book?start=${NINE}`, { code: "CBC" })} />);
    expect(text()).toContain("Drink water only for 8 hours before.");
    await press("Book this laboratory appointment");
    expect(requests.at(-1)?.body).toEqual({ test_codes: ["CBC"], starts_at: NINE });
    expect(address.get().path).toBe("/labs/bookings/5");
  });

  test("a taken time offers the nearest ones", async () => {
    const full = refusal(409, "lab_full", { alternatives: ["2030-01-08T08:15:00Z"] });
    gateway({ [TESTS]: [page(CBC)], "POST /api/labs/bookings": [full] });
    await draw(<LabBook {...at(`/labs/CBC/book?also=CBC&start=${NINE}`, { code: "CBC" })} />);
    await press("Book this laboratory appointment");
    expect(document.activeElement?.textContent).toContain("The laboratory has no free place at that time any more.");
    await press("Tuesday 8 January 2030, 09:15");
    expect(document.querySelector(".section a")?.getAttribute("href")).toContain("start=2030-01-08T08%3A15%3A00Z");
  });

  test("a time of an own appointment is shown, not offered", async () => {
    const times = [page(free(NINE, 2, VISIT), free("2030-01-08T08:30:00Z", 2))];
    gateway({ [TESTS]: [page(CBC)], [SLOTS]: times });
    await draw(<LabBook {...at("/labs/CBC/book?day=2030-01-08", { code: "CBC" })} />);
    const links = [...document.querySelectorAll(".times a")];
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      "/appointments/9",
      expect.stringContaining("start=2030-01-08T08%3A30%3A00Z"),
    ]);
    expect(links[0]?.textContent).toContain("Your appointment");
  });

  test("a day with own appointments only is full", async () => {
    gateway({ [TESTS]: [page(CBC)], [SLOTS]: [page(free(NINE, 2, VISIT)), page(free(NINE, 1))] });
    await draw(<LabBook {...at("/labs/CBC/book?day=2030-01-08", { code: "CBC" })} />);
    expect(text()).toContain("There is no free time on Tuesday 8 January 2030.");
  });

  test("a time during an own visit names the visit", async () => {
    const busy = refusal(409, "patient_busy", { other: VISIT, alternatives: ["2030-01-08T08:30:00Z"] });
    gateway({ [TESTS]: [page(CBC)], "POST /api/labs/bookings": [busy] });
    await draw(<LabBook {...at(`/labs/CBC/book?start=${NINE}`, { code: "CBC" })} />);
    await press("Book this laboratory appointment");
    const links = [...document.querySelectorAll(".section a")];
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      "/appointments/9",
      expect.stringContaining("start=2030-01-08T08%3A30%3A00Z"),
    ]);
    expect(links[0]?.textContent).toBe("Your appointment on Tuesday 8 January 2030, 09:00");
  });

  test("a reached limit lists the open appointments", async () => {
    // loaded on demand; preloaded here
    await import("../src/pages/patient/book/too-many");
    const doctor = { id: 3, full_name: "Dr Ama Osei" };
    const open = [
      { ...VISIT, doctor },
      { ...VISIT, kind: "laboratory", id: 4, doctor: null },
    ];
    const many = refusal(409, "too_many_visits", { limit: "in_all", most: 2, count: 2, open });
    gateway({ [TESTS]: [page(CBC)], "POST /api/labs/bookings": [many] });
    await draw(<LabBook {...at(`/labs/CBC/book?start=${NINE}`, { code: "CBC" })} />);
    await press("Book this laboratory appointment");
    const shown = document.activeElement as HTMLElement;
    expect(shown.textContent).toContain("You have 2 open appointments. No more can be booked here.");
    const links = [...shown.querySelectorAll("a")];
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["/appointments/9", "/labs/bookings/4"]);
    expect(links[0]?.textContent).toBe("Tuesday 8 January 2030, 09:00, Dr Ama Osei");
  });

  test("an unknown test is not found", async () => {
    gateway({ [TESTS]: [page()] });
    const gone = await draw(<LabBook {...at("/labs/NOPE/book", { code: "NOPE" })} />);
    expect(gone.querySelector("h1")?.textContent).toBe("There is no page at this address");
  });
});
