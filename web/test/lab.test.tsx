import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { keep } from "../src/api/client";
import { parseValue } from "../src/lib/clinical/parse-value";
import { loadMessages } from "../src/lib/i18n/i18n";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import LabBooking from "../src/pages/lab/booking/booking";
import { isUnitOf, typed } from "../src/pages/lab/booking/values";
import Worklist from "../src/pages/lab/worklist";
import { analyte, both, CONFIG, labBooking, PAT, specimen, userAccount } from "./fixtures";
import { gateway, json, type RecordedRequest, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const ROBIN = userAccount({ ...PAT, id: 9, role: "lab", full_name: "Robin Marsh" });
const FLAGS = "POST /api/labs/bookings/5/flags";
const RANGE = {
  analyte: "hemoglobin",
  range: { sex: "female", low: 12, high: 15.5, critical_low: 7, critical_high: 20 },
  missing: [],
};
const UNKNOWN_RANGE = { analyte: "hemoglobin", range: null, missing: ["date_of_birth"] };
/** Answers of the server about the values of these tests. */
const VERDICTS: Record<string, [flag: string, unusual: boolean]> = {
  "11.2": ["low", false],
  "13": ["normal", false],
  "132": ["critical_high", true],
};
const EMPTY = { values: {}, notes: {}, correcting: [] };
const HAEMOGLOBIN = analyte();
const NITRITE = analyte({
  ...HAEMOGLOBIN,
  code: "nitrite",
  name: "Nitrite",
  names: both("Nitrite"),
  kind: "text",
  unit: null,
  usual: ["negative"],
  usual_names: [both("negative")],
  choices: ["negative", "positive"],
  choice_names: [both("negative"), both("positive")],
  ranges: [],
});
const TEST = {
  code: "CBC",
  name: "Blood count",
  specimen: "EDTA blood",
  names: both("Blood count"),
  analytes: [HAEMOGLOBIN, NITRITE],
};
const BOOKING = labBooking({
  id: 5,
  reference: "LB-7K3M-9Q2X",
  patient: { id: 7, full_name: "Pat Moreno", date_of_birth: "1984-05-17", sex: "female" },
  ordered_by: null,
  appointment_id: null,
  tests: [
    {
      code: "CBC",
      name: "Blood count",
      names: both("Blood count"),
      preparation: "",
      preparations: both(""),
      price_minor: 900,
      currency: "EUR",
      result_id: null,
      fasting_hours: 0,
      collect_from: null,
      collect_until: null,
      to_verify: null,
    },
  ],
  starts_at: "2030-01-07T07:30:00Z",
  status: "received",
  status_reason: null,
  note: null,
  price_minor: 900,
  currency: "EUR",
  collected_at: "2030-01-07T07:35:00Z",
  created_at: "2030-01-06T07:30:00Z",
  specimens: [specimen({ status: "received" })],
  version: 3,
});
const COUNTS = { booked: 2, collected: 0, received: 140, in_progress: 0, resulted: 0, rejected: 0, all: 142, stat: 0 };
const SAVED = {
  id: 80,
  test_code: "CBC",
  test_name: "Blood count",
  test_names: both("Blood count"),
  status: "resulted",
  observations: [],
  note: null,
};

beforeEach(async () => {
  sessionStorage.clear();
  history.replaceState(null, "", "/lab");
  await loadMessages("ui", "lab");
  setClinicZone("Europe/Berlin");
  keep(null);
  account.set(ROBIN);
});

const list = (items: unknown[]) => json({ items, next_cursor: null });
const page = (query = "") => ({
  params: { id: "5" },
  query: new URLSearchParams(query),
  config: CONFIG,
  account: ROBIN,
});
const sent = (requests: RecordedRequest[], method: string) =>
  requests.filter(({ call }) => call.startsWith(method) && !call.endsWith("/flags"));
const field = () => document.getElementById("CBC.hemoglobin") as HTMLInputElement;

/** The answer to a comparison, from the list above. */
function compared({ body }: RecordedRequest) {
  const { observations } = body as {
    observations: { analyte: string; value?: number; comparator?: string; text?: string }[];
  };
  const flags = observations.map(({ analyte, value = null, comparator = null, text = null }) => {
    const [flag = "normal", unusual = false] = VERDICTS[String(value)] ?? [];
    return { analyte, value, comparator, text, flag, unusual };
  });
  return { booking_id: 5, ranges: [RANGE], flags };
}

function laboratory(more: Parameters<typeof gateway>[0] = {}): RecordedRequest[] {
  return gateway({
    "GET /api/labs/bookings/5": [json(BOOKING)],
    "GET /api/labs/tests": [list([TEST])],
    "GET /api/labs/worklist": [list([BOOKING])],
    [FLAGS]: [(request) => json(compared(request))],
    ...more,
  });
}

describe("typed values", () => {
  test.each([
    ["3.4", 3.4, null],
    ["3,4", 3.4, null],
    ["<5", 5, "<"],
    [" > 200 ", 200, ">"],
    ["−2,5", -2.5, null],
    ["0,125", 0.125, null],
    ["1.234", 1.234, null],
    ["≤5", 5, "<="],
    [">= 12", 12, ">="],
    ["< 0,1", 0.1, "<"],
    ["≥ 0.5", 0.5, ">="],
  ])("%s is a value", (text, value, comparator) => {
    expect(parseValue(text)).toEqual({ value, comparator });
  });

  test.each([
    ["12,5 g/dl", 12.5, "g/dl"],
    ["12.5 g/dL", 12.5, "g/dL"],
    ["≤5mg/L", 5, "mg/L"],
    ["42 %", 42, "%"],
    ["7 x10^3/µl", 7, "x10^3/µl"],
    ["7 10*3/uL", 7, "10*3/uL"],
  ])("%s is a value with a unit", (text, value, unit) => {
    expect(parseValue(text)).toMatchObject({ value, unit });
  });

  test.each([
    ["g/dL", "g/dl", true],
    ["g/dL", "G/DL", true],
    ["g/dL", "g/l", false],
    ["%", "L/L", false],
    ["10*3/uL", "×10³/µL", true],
    ["10*3/uL", "x10^3/µl", true],
    ["10*3/uL", "10^9/L", false],
    ["m[IU]/L", "mIU/l", true],
    ["[arb'U]/mL", "U/ml", true],
    ["mL/min/{1.73_m2}", "ml/min/1,73 m²", true],
    ["ng/mL{FEU}", "ng/ml", false],
    ["ug/dL", "mcg/dl", true],
    [null, "g/dL", false],
  ])("%s typed as %s is the unit: %s", (unit, written, same) => {
    expect(isUnitOf(unit, written)).toBe(same);
  });

  test.each(["", "high", "3.4.5", "1,234", "5<", "1e9", "99999999999", "5 6", "≤", "12 < 13"])(
    "%s is no value or ambiguous",
    (text) => {
      expect(parseValue(text)).toBeUndefined();
    },
  );

  test("the decimal separator follows the page's language", () => {
    document.documentElement.lang = "de";
    expect(parseValue("1.234")).toBeUndefined();
    expect(parseValue("1,234")?.value).toBe(1.234);
    expect(typed({ value: 1234.5, comparator: "<", text: null })).toBe("<1234,5");
    expect(parseValue(typed({ value: 0.1, comparator: ">=", text: null }))).toEqual({ value: 0.1, comparator: ">=" });
    document.documentElement.lang = "en";
  });
});

describe("flags while typing", () => {
  const flagText = () => document.getElementById("CBC.hemoglobin-flag")?.textContent;

  test("the patient's range is the server's, or says what is missing", async () => {
    laboratory();
    const known = await draw(<LabBooking {...page()} />);
    expect(known.textContent).toMatch(/12\.0 to 15\.5\sg\/dL/);
    laboratory({ [FLAGS]: [(request) => json({ ...compared(request), ranges: [UNKNOWN_RANGE] })] });
    const unknown = await draw(<LabBooking {...page()} />);
    expect(unknown.textContent).toContain("depends on age; the date of birth is not known");
    expect(unknown.textContent).toContain("compared with the ranges of every age. Ask the patient for it.");
  });

  test("a flag is asked for after a pause and shown", async () => {
    const requests = laboratory();
    await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "11");
    await type("CBC.hemoglobin", "11,2");
    expect(flagText()).toBe("comparing…");
    await vi.waitFor(() => expect(flagText()).toBe("Low"));
    const bodies = requests.filter(({ call }) => call === FLAGS).map(({ body }) => body);
    expect(bodies).toEqual([
      { observations: [] },
      { observations: [{ analyte: "hemoglobin", value: 11.2, comparator: null, unit: "g/dL" }] },
    ]);
  });

  test("a late answer never flags another value", async () => {
    const waiting: (() => void)[] = [];
    const slow = (request: RecordedRequest) =>
      request.body && (request.body as { observations: [] }).observations.length > 0
        ? new Promise<Response>((resolve) => waiting.push(() => resolve(json(compared(request)))))
        : json(compared(request));
    laboratory({ [FLAGS]: [slow] });
    await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "11.2");
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await type("CBC.hemoglobin", "132");
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    // the answer about 132 comes first, the one about 11.2 last
    waiting[1]?.();
    await vi.waitFor(() => expect(flagText()).toBe("Critically high"));
    waiting[0]?.();
    await settled();
    expect(flagText()).toBe("Critically high");
    await type("CBC.hemoglobin", "13");
    expect(flagText()).toBe("comparing…");
    await type("CBC.hemoglobin", "11.2");
    expect(flagText()).toBe("Low");
  });

  test("an answer about another patient is never shown", async () => {
    const waiting: (() => void)[] = [];
    const slow = (request: RecordedRequest) =>
      new Promise<Response>((resolve) => waiting.push(() => resolve(json(compared(request)))));
    const reply = { [FLAGS]: [slow], "GET /api/labs/bookings/6": [json({ ...BOOKING, id: 6 })] };
    laboratory({ ...reply, "POST /api/labs/bookings/6/flags": [new Error("offline")] });
    sessionStorage.setItem(
      "careplus.draft.9.lab.6",
      JSON.stringify({ ...EMPTY, values: { "CBC.hemoglobin": "11.2" } }),
    );
    const root = await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "11.2");
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(1));
    await act(() => render(<LabBooking {...page()} params={{ id: "6" }} />, root));
    await settled();
    for (const answer of waiting) answer();
    await settled();
    expect(field().value).toBe("11.2");
    expect(flagText()).not.toBe("Low");
  });

  test("a failed comparison is said beside the field", async () => {
    laboratory({ [FLAGS]: [(request) => json(compared(request)), refusal(500, "unexpected")] });
    await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "11.2");
    await vi.waitFor(() => expect(flagText()).toBe("could not be compared yet"), { timeout: 3000 });
  });
});

describe("a booking in the worklist", () => {
  test("a typed unit other than the catalogue's is refused", async () => {
    const requests = laboratory({ "POST /api/labs/bookings/5/results": [json(SAVED)] });
    await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "112 g/l");
    expect(document.getElementById("CBC.hemoglobin-flag")?.textContent).toBe("");
    await press("Save values");
    expect(sent(requests, "POST")).toEqual([]);
    expect(document.getElementById("CBC.hemoglobin-error")?.textContent).toContain(
      "Haemoglobin is entered in g/dL, not in g/l. Convert the value, then enter it.",
    );
    expect(field().value).toBe("112 g/l");
    await type("CBC.hemoglobin", "≤11,2 g/dl");
    await press("Save values");
    await settled();
    expect(sent(requests, "POST")[0]?.body).toMatchObject({
      observations: [{ analyte: "hemoglobin", value: 11.2, comparator: "<=", unit: "g/dL" }],
    });
  });

  test("values and flags are saved, unmeasured ones left out", async () => {
    const requests = laboratory({
      "POST /api/labs/bookings/5/results": [json(SAVED)],
    });
    const root = await draw(<LabBooking {...page()} />);
    expect(root.textContent).toMatch(/12\.0 to 15\.5\sg\/dL/);
    await type("CBC.hemoglobin", "11,2");
    await press("Save values");
    await settled();
    expect(sent(requests, "POST")[0]?.body).toEqual({
      test_code: "CBC",
      observations: [{ analyte: "hemoglobin", value: 11.2, comparator: null, unit: "g/dL" }],
      note: null,
    });
    expect(root.querySelector(".done")?.textContent).toBe("The values are saved.");
    expect(field().value).toBe("");
  });

  test("Enter moves to the next field and saves at the end", async () => {
    const requests = laboratory({ "POST /api/labs/bookings/5/results": [json(SAVED)] });
    const root = await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "13");
    const enterKey = () => act(() => void document.activeElement?.dispatchEvent(KEY()));
    field().focus();
    await enterKey();
    expect(document.activeElement?.id).toBe("CBC.nitrite");
    expect(sent(requests, "POST")).toHaveLength(0);
    await enterKey();
    await settled();
    expect(sent(requests, "POST")).toHaveLength(1);
    expect(root.querySelector(".done")).not.toBeNull();
  });

  test("a critical value is confirmed once", async () => {
    const requests = laboratory({ "POST /api/labs/bookings/5/results": [refusal(503, "unexpected")] });
    await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "132");
    await press("Save values");
    expect(document.querySelector("dialog")?.textContent).toMatch(/Haemoglobin: 132\.0\sg\/dL/);
    expect(sent(requests, "POST")).toHaveLength(0);
    await press("Yes, save");
    await settled();
    expect(sent(requests, "POST").length).toBeGreaterThan(0);
    expect(document.querySelector("dialog")).toBeNull();
  });

  test("a booking changed elsewhere keeps input, sends nothing", async () => {
    const requests = laboratory({
      "GET /api/labs/bookings/5": [json(BOOKING), json({ ...BOOKING, status: "in_progress", version: 4 })],
    });
    const root = await draw(<LabBooking {...page()} />);
    await type("CBC.hemoglobin", "13");
    await press("Save values");
    await settled();
    expect(sent(requests, "POST")).toHaveLength(0);
    expect(root.querySelector(".errors")?.textContent).toContain("from “In the laboratory” to “In progress”");
    expect(field().value).toBe("13");
  });

  test("rejecting a specimen needs a reason and sends the version", async () => {
    const requests = laboratory({
      "PUT /api/labs/bookings/5/status": [json({ ...BOOKING, status: "rejected", version: 4 })],
    });
    await draw(<LabBooking {...page()} />);
    await press("Reject specimen");
    const dialog = () => document.querySelector("dialog");
    await act(() => dialog()?.querySelector<HTMLElement>("[type=submit]")?.click());
    await settled();
    expect(dialog()?.querySelector(".errors")?.textContent).toContain("Say why");
    await type("reason", "Clotted");
    await act(() => dialog()?.querySelector<HTMLElement>("[type=submit]")?.click());
    await settled();
    const [put] = sent(requests, "PUT");
    expect(put?.body).toEqual({ status: "rejected", reason: "Clotted" });
    expect(put?.headers.get("If-Match")).toBe('"3"');
    expect(dialog()).toBeNull();
  });
});

describe("the worklist", () => {
  test("lines link the booking and the list; failures are shown", async () => {
    gateway({ "GET /api/labs/worklist": [list([BOOKING])], "GET /api/labs/worklist/counts": [json(COUNTS)] });
    history.replaceState(null, "", "/lab?status=received");
    const root = await draw(<Worklist {...page("status=received")} />);
    expect(root.querySelector("a.reference")?.getAttribute("href")).toBe("/lab/5?status=received");
    expect(root.querySelector(".tabs [aria-current]")?.textContent).toBe("In the laboratory 140");
  });

  test("an empty worklist shows a message", async () => {
    gateway({ "GET /api/labs/worklist": [list([])] });
    const root = await draw(<Worklist {...page()} />);
    expect(root.textContent).toContain("There are no such bookings.");
  });

  test("a failure leaves tabs and filter in place", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    gateway({ "GET /api/labs/worklist": [refusal(500, "unexpected")] });
    const root = await draw(<Worklist {...page()} />);
    expect(root.querySelector(".problem")).not.toBeNull();
    expect(root.querySelectorAll(".tabs a")).toHaveLength(10);
  });
});

const KEY = () => new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
