import { beforeEach, describe, expect, test, vi } from "vitest";
import { keep } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import LabBooking from "../src/pages/lab/booking/booking";
import Worklist from "../src/pages/lab/worklist";
import { Corrected } from "../src/ui/Corrected";
import { analyte, CONFIG, labBooking, labResult, labTest, observation, PAT, userAccount } from "./fixtures";
import { gateway, json, type RecordedRequest, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

const ROBIN = userAccount({ ...PAT, id: 9, role: "lab", full_name: "Robin Marsh" });
const HB = observation({ analyte: "hemoglobin", name: "Haemoglobin", value: 4, unit: "g/dL", flag: "critical_low" });
const RESULT = labResult({ id: 80, booking_id: 5, observations: [HB], version: 4 });
const TESTS = [{ ...labTest(), result_id: 80, to_verify: null }];
const BOOKING = labBooking({ id: 5, status: "verified", tests: TESTS, collected_at: "2030-01-08T08:00:00Z" });
const CORRECTED = {
  ...RESULT,
  version: 5,
  corrected_at: "2030-01-09T08:00:00Z",
  correction_reason: "Two digits were swapped.",
};
const VERSION = {
  version: 4,
  observations: [HB],
  outside_range: 1,
  critical: true,
  note: null,
  comment: "Please come in today.",
  entered_at: "2030-01-08T09:00:00Z",
  verified_at: "2030-01-08T09:00:00Z",
  verified_by: null,
  released_at: "2030-01-08T09:00:00Z",
  replaced_at: "2030-01-09T08:00:00Z",
  replaced_by: { id: 9, full_name: "Robin Marsh" },
  reason: "Two digits were swapped.",
};
const PROPOSED = {
  observations: [{ ...HB, value: 14, flag: "normal" }],
  note: null,
  reason: "Two digits were swapped.",
  proposed_at: "2030-01-09T08:00:00Z",
  proposed_by: { id: 10, full_name: "Sam Second" },
};
const VERSIONS = "GET /api/labs/results/80/versions";
const CORRECT = "POST /api/labs/results/80/correction";

beforeEach(async () => {
  sessionStorage.clear();
  history.replaceState(null, "", "/lab/5");
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
const sent = (requests: RecordedRequest[], call: string) => requests.find((one) => one.call === call);
const text = () => document.body.textContent ?? "";

function laboratory(more: Parameters<typeof gateway>[0] = {}): RecordedRequest[] {
  return gateway({
    "GET /api/labs/bookings/5": [json(BOOKING)],
    "GET /api/labs/tests": [list([labTest({ analytes: [analyte()] })])],
    "GET /api/labs/results/80": [json(RESULT)],
    "GET /api/labs/worklist": [list([BOOKING])],
    "POST /api/labs/bookings/5/flags": [
      ({ body }) => {
        const { observations } = body as { observations: { analyte: string; value: number }[] };
        const flags = observations.map((one) => ({ ...one, text: null, flag: "normal", unusual: one.value > 100 }));
        return json({ booking_id: 5, ranges: [], flags });
      },
    ],
    ...more,
  });
}

describe("a correction", () => {
  test("takes the present values, a reason and the version", async () => {
    const requests = laboratory({
      [CORRECT]: [json(CORRECTED)],
      "GET /api/labs/results/80": [json(RESULT), json(CORRECTED)],
    });
    await draw(<LabBooking {...page()} />);
    await press(/^Correct this result/);
    const field = document.getElementById("correct.CBC.hemoglobin") as HTMLInputElement;
    expect(field.value).toBe("4");
    await type("correct.CBC.hemoglobin", "14");
    await press("Save correction");
    expect(sent(requests, CORRECT)).toBeUndefined();
    expect(document.getElementById("correct.CBC.reason-error")?.textContent).toContain("Say why");
    await type("correct.CBC.reason", "Two digits were swapped.");
    await press("Save correction");
    await settled();
    expect(sent(requests, CORRECT)?.body).toEqual({
      observations: [{ analyte: "hemoglobin", value: 14, comparator: null, unit: "g/dL" }],
      reason: "Two digits were swapped.",
      note: null,
    });
    expect(sent(requests, CORRECT)?.headers.get("If-Match")).toBe('"4"');
    expect(document.querySelector(".done")?.textContent).toBe("Blood count is corrected.");
    expect(text()).toContain("The laboratory corrected this result: Two digits were swapped.");
  });

  test("with a far value is confirmed, and can be given up", async () => {
    const requests = laboratory();
    await draw(<LabBooking {...page()} />);
    await press(/^Correct this result/);
    await type("correct.CBC.hemoglobin", "140");
    await type("correct.CBC.reason", "Two digits were swapped.");
    await press("Save correction");
    await settled();
    expect(document.querySelector("dialog")?.textContent).toContain("Haemoglobin: 140");
    await press("Check values");
    await press("Keep result");
    expect(document.getElementById("correct.CBC.hemoglobin")).toBeNull();
    expect(sent(requests, CORRECT)).toBeUndefined();
  });

  test("that waits is verified by another person only", async () => {
    const waiting = { ...RESULT, correction_waits_since: "2030-01-09T08:00:00Z" };
    const verify = "PUT /api/labs/results/80/verify";
    laboratory({
      "GET /api/labs/results/80": [json(waiting)],
      [VERSIONS]: [json({ result_id: 80, patient_id: 7, items: [], proposed: PROPOSED })],
      [verify]: [refusal(409, "second_person_required")],
    });
    await draw(<LabBooking {...page()} />);
    await vi.waitFor(() => expect(text()).toContain("Proposed by Sam Second"));
    expect(text()).toContain("The laboratory is checking a correction");
    await press("Verify correction of Blood count");
    expect(document.querySelector(".errors")?.textContent).toContain("Another person of the laboratory");
  });

  test("shows the earlier values when they are opened", async () => {
    const requests = gateway({
      [VERSIONS]: [json({ result_id: 80, patient_id: 7, items: [VERSION], proposed: null })],
    });
    const root = await draw(<Corrected of={CORRECTED} />);
    expect(requests).toEqual([]);
    const details = root.querySelector("details") as HTMLDetailsElement;
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
    await vi.waitFor(() => expect(text()).toMatch(/Haemoglobin 4\.0\sg\/dL Critically low/));
    expect(text()).toContain("The doctor's comment: Please come in today.");
    expect((await draw(<Corrected of={RESULT} />)).textContent).toBe("");
  });
});

describe("normal results", () => {
  const VERIFY = "POST /api/labs/results/verify-normal";
  const waiting = (id: number, normal: boolean) =>
    labBooking({
      id,
      status: "resulted",
      tests: [{ ...labTest(), result_id: id + 100, to_verify: { version: 2, normal } }],
    });

  test("are verified together, and the rest is said", async () => {
    const done = {
      verified: [{ result_id: 101, patient_id: 7, version: 3 }],
      left: [{ result_id: 103, reason: "second_person" }],
    };
    const requests = gateway({
      "GET /api/labs/worklist": [list([waiting(1, true), waiting(2, false), waiting(3, true)])],
      [VERIFY]: [json(done)],
    });
    await draw(<Worklist {...page("status=resulted")} />);
    await press("Verify all normal (2)");
    expect(sent(requests, VERIFY)?.body).toEqual({
      results: [
        { result_id: 101, version: 2 },
        { result_id: 103, version: 2 },
      ],
    });
    expect(text()).toContain("1 result is verified. 1 was left: you entered its values.");
  });

  test("without any there is no button", async () => {
    gateway({ "GET /api/labs/worklist": [list([waiting(2, false)])] });
    await draw(<Worklist {...page("status=resulted")} />);
    expect(text()).not.toContain("Verify");
  });
});
