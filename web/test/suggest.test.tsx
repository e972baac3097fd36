import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Schemas } from "../src/api/client";
import { choose, loadMessages } from "../src/lib/i18n/i18n";
import { go, listen } from "../src/lib/routing/router";
import { setClinicZone } from "../src/lib/time/zone";
import Doctors from "../src/pages/patient/book/doctors";
import Landing from "../src/pages/public/landing";
import { CONFIG, foundDoctor } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, settled, type } from "./page";

const SKIN = { en: "Dermatology", de: "Dermatologie" };
const RUIZ = foundDoctor({ id: 3, full_name: "Dr Marta Ruiz", specialty: "Dermatology", specialty_names: SKIN });
const NOTHING: Schemas["Understood"] = { match: "words", specialties: [], emergencies: [] };
const SUGGESTED: Schemas["Suggestion"][] = [
  { kind: "specialty", text: SKIN, specialties: [], code: "dermatology", doctor_id: null },
  { kind: "complaint", text: { en: "rash", de: "rash" }, specialties: [SKIN], code: null, doctor_id: null },
  { kind: "doctor", text: { en: "Dr Marta Ruiz", de: "Dr Marta Ruiz" }, specialties: [SKIN], code: null, doctor_id: 3 },
];

let stop: () => void;

beforeEach(async () => {
  stop = listen();
  vi.useFakeTimers({ now: new Date("2030-01-06T12:00:00Z"), toFake: ["Date"] });
  setClinicZone("Europe/Berlin");
  await loadMessages("ui", "public", "patient");
});

afterEach(async () => {
  stop();
  vi.useRealTimers();
  await choose("en");
  go("/");
});

function answering(
  understood: Schemas["Understood"] | null,
  suggestions = json({ items: SUGGESTED, next_cursor: null }),
) {
  return gateway({
    "GET /api/doctors": [json({ items: [RUIZ], next_cursor: null, understood })],
    "GET /api/specialties": [
      json({ items: [{ name: "Dermatology", code: "dermatology", names: SKIN, doctors: 1 }], next_cursor: null }),
    ],
    "GET /api/doctors/suggestions": [suggestions],
  });
}

async function at(href: string, Page: typeof Doctors): Promise<HTMLElement> {
  go(href);
  return draw(<Page params={{}} query={new URLSearchParams(location.search)} config={CONFIG} account={null} />);
}

async function typed(text: string): Promise<void> {
  await type("q", text);
  await act(() => new Promise((resolve) => setTimeout(resolve, 200)));
  await settled();
}

const options = (): string[] => [...document.querySelectorAll('[role="option"]')].map((one) => one.textContent ?? "");
const box = (): HTMLInputElement => document.getElementById("q") as HTMLInputElement;
const key = (name: string) =>
  act(() => {
    box().dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  });

describe("suggestions", () => {
  test("are shown after a pause, and the arrows and Enter choose one", async () => {
    const requests = answering(null);
    await at("/", Landing);
    await type("q", "r");
    await type("q", "ra");
    await typed("rash");
    expect(requests.filter(({ call }) => call.endsWith("suggestions"))).toHaveLength(1);
    expect(options()).toEqual(["Dermatology Specialty", "rash Dermatology", "Dr Marta Ruiz Dermatology"]);
    expect(box().getAttribute("aria-expanded")).toBe("true");
    await key("ArrowDown");
    expect(box().getAttribute("aria-activedescendant")).toBe("q-0");
    expect(document.getElementById("q-0")?.getAttribute("aria-selected")).toBe("true");
    await key("ArrowUp");
    expect(box().getAttribute("aria-activedescendant")).toBeNull();
    await key("ArrowUp");
    await key("Enter");
    expect(location.pathname).toBe("/doctors/3");
    expect(options()).toEqual([]);
  });

  test.each([
    [0, "/doctors?specialty=dermatology"],
    [1, "/doctors?q=rash"],
  ])("number %i leads to %s", async (number, href) => {
    answering(null);
    await at("/", Landing);
    await typed("rash");
    await act(() => document.getElementById(`q-${number}`)?.click());
    expect(location.pathname + location.search).toBe(href);
  });

  test("close with Escape and by leaving the box, and never stop a search", async () => {
    answering(null);
    await at("/", Landing);
    await typed("rash");
    await key("Escape");
    expect(options()).toEqual([]);
    await typed("rashe");
    await act(() => {
      box().dispatchEvent(new FocusEvent("blur"));
    });
    expect(options()).toEqual([]);
    answering(null, refusal(500, "unexpected"));
    await typed("rash");
    expect(options()).toEqual([]);
  });
});

describe("the meaning of a search", () => {
  test("shows the emergency number before any doctor, in the reader's language", async () => {
    const sign = { en: "Chest pain can be a heart attack.", de: "Brustschmerzen können ein Herzinfarkt sein." };
    const advice = { en: "Call 112 now.", de: "Wählen Sie sofort die 112." };
    answering({ ...NOTHING, emergencies: [{ sign, advice, phone: "112", crisis_phone: "116 123" }] });
    await choose("de");
    const page = await at("/doctors?q=Brustschmerzen", Doctors);
    const alert = page.querySelector('[role="alert"]') as HTMLElement;
    expect(alert.textContent).toContain(`${sign.de} ${advice.de}`);
    expect([...alert.querySelectorAll("a")].map((a) => a.getAttribute("href"))).toEqual(["tel:112", "tel:116123"]);
    const card = page.querySelector(".doctor-card") as HTMLElement;
    expect(alert.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    expect(card.textContent).toContain("Dermatologie");
  });

  test("names the specialties that it leads to", async () => {
    const none = { code: "surgery", names: { en: "Surgery", de: "Chirurgie" }, doctors: 0 };
    answering({ ...NOTHING, specialties: [{ code: "dermatology", names: SKIN, doctors: 1 }, none] });
    const page = await at("/doctors?q=rash", Doctors);
    const links = [...page.querySelectorAll<HTMLAnchorElement>(".doctors-meant a")];
    expect(links.map((a) => [a.textContent, a.getAttribute("href")])).toEqual([
      ["Dermatology", "/doctors?q=rash&specialty=dermatology"],
    ]);
  });

  test.each([
    [{ ...NOTHING, match: "similar" }, "Nobody here has exactly this name."],
    [{ ...NOTHING, match: "general" }, "We did not recognise “xyz”. A general practitioner can help."],
    [
      { ...NOTHING, match: "general", specialties: [{ code: "dermatology", names: SKIN, doctors: 0 }] },
      "We have nobody for Dermatology here. A general practitioner can help.",
    ],
  ] as const)("says why other doctors are shown", async (understood, sentence) => {
    answering(understood as Schemas["Understood"]);
    const page = await at("/doctors?q=xyz", Doctors);
    expect(page.querySelector(".info")?.textContent).toContain(sentence);
  });

  test("a specialty is chosen by its code, its stored name, or an unknown name", async () => {
    answering(null);
    await at("/doctors?specialty=Dermatology", Doctors);
    expect((document.getElementById("specialty") as HTMLSelectElement).value).toBe("dermatology");
    expect(document.getElementById("specialty")?.textContent).toContain("Dermatology");
  });
});
