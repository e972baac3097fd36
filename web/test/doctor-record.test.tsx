import { act } from "preact/test-utils";
import { beforeEach, describe, expect, test, vi } from "vitest";
import ChartPage from "../src/pages/doctor/chart/chart";
import VisitPage from "../src/pages/doctor/visit/visit";
import { begin, CHART, NOTES, ONE, props, sent, VISIT } from "./doctor";
import { gateway, json, refusal } from "./gateway";
import { draw, heading, press, settled, type } from "./page";

const PUT_NOTES = `PUT ${ONE}/notes`;

beforeEach(begin);

describe("the notes of a visit", () => {
  const open = (replies: Parameters<typeof gateway>[0]) => {
    const requests = gateway({
      [`GET ${ONE}`]: [json(VISIT)],
      "GET /api/doctor/patients/7": [json(CHART)],
      [`GET ${ONE}/notes`]: [json(NOTES)],
      ...replies,
    });
    return draw(<VisitPage {...props({ id: "5" })} />).then((page) => ({ page, requests }));
  };
  /** Typed text is sent when the window loses focus, as after a pause. */
  const leaveWindow = async (): Promise<void> => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await act(() => void document.dispatchEvent(new Event("visibilitychange")));
    await settled();
  };
  const area = () => document.querySelector<HTMLTextAreaElement>("#notes")?.value;
  const state = () => document.querySelector("[data-state]")?.textContent;
  const at = { updated_at: "2030-01-07T08:10:00Z", author: { id: 3, full_name: "Dr Ama Osei" } };

  test("allergies are above the notes, and input is saved", async () => {
    const { page, requests } = await open({ [PUT_NOTES]: [json({ ...NOTES, ...at, text: "ECG", version: 2 })] });
    expect(page.querySelector(".allergies")?.textContent).toBe("Allergies: Penicillin (severe)");
    await type("notes", "ECG");
    expect(state()).toBe("Not saved yet");
    await leaveWindow();
    expect(sent(requests, PUT_NOTES)).toEqual([{ body: { text: "ECG", sign: false }, version: '"1"' }]);
    expect(state()).toBe("Saved Mon 7 Jan 2030, 09:10");
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  test("notes typed before a reload are restored and sent once", async () => {
    const draft = { text: "ECG", version: 1, sent: "ECG" };
    sessionStorage.setItem("careplus.draft.3.notes.5", JSON.stringify(draft));
    const { requests } = await open({ [`GET ${ONE}/notes`]: [json({ ...NOTES, ...at, text: "ECG", version: 2 })] });
    expect(area()).toBe("ECG");
    await leaveWindow();
    expect(sent(requests, PUT_NOTES)).toEqual([]);
  });

  test("a lost response is no conflict, newer input is sent", async () => {
    const typedMeanwhile = async (): Promise<Response> => {
      await type("notes", "ECG normal");
      return refusal(412, "stale");
    };
    const { page, requests } = await open({
      [`GET ${ONE}/notes`]: [json(NOTES), json({ ...NOTES, ...at, text: "ECG", version: 2 })],
      [PUT_NOTES]: [typedMeanwhile, json({ ...NOTES, ...at, text: "ECG normal", version: 3 })],
    });
    await type("notes", "ECG");
    await leaveWindow();
    await leaveWindow();
    expect(page.querySelector(".theirs")).toBeNull();
    expect(sent(requests, PUT_NOTES).at(-1)).toEqual({ body: { text: "ECG normal", sign: false }, version: '"2"' });
  });

  test("notes changed elsewhere are compared, one is chosen", async () => {
    const { page, requests } = await open({
      [`GET ${ONE}/notes`]: [json(NOTES), json({ ...NOTES, ...at, text: "Theirs", version: 2 })],
      [PUT_NOTES]: [refusal(412, "stale"), json({ ...NOTES, ...at, text: "Mine", version: 3 })],
    });
    await type("notes", "Mine");
    await leaveWindow();
    expect(page.querySelector(".theirs")?.textContent).toBe("Theirs");
    expect(area()).toBe("Mine");
    await leaveWindow();
    expect(sent(requests, PUT_NOTES)).toHaveLength(1);
    await press("Keep your text");
    expect(sent(requests, PUT_NOTES).at(-1)).toEqual({ body: { text: "Mine", sign: false }, version: '"2"' });
    expect(page.querySelector(".theirs")).toBeNull();
  });

  test("signed notes are read-only and take addenda", async () => {
    const signed = { ...NOTES, ...at, text: "ECG", status: "signed", signed_at: at.updated_at, version: 3 };
    const added = { text: "Called", at: "2030-01-08T08:00:00Z", by: { id: 3, full_name: "Dr Ama Osei" } };
    const { page, requests } = await open({
      [`GET ${ONE}/notes`]: [json({ ...NOTES, ...at, text: "ECG", version: 2 })],
      [PUT_NOTES]: [json(signed), json({ ...signed, addenda: [added], version: 4 })],
    });
    await press("Sign notes");
    await act(() => page.querySelector<HTMLElement>("dialog #submit")?.click());
    await settled();
    expect(area()).toBeUndefined();
    await type("addendum", "Called");
    await press("Add");
    expect(sent(requests, PUT_NOTES)).toEqual([
      { body: { text: "ECG", sign: true }, version: '"2"' },
      { body: { text: "Called" }, version: '"3"' },
    ]);
    expect(page.querySelector(".addendum")?.textContent).toContain("Called");
  });
});

describe("a chart", () => {
  const CHARTED = "GET /api/doctor/patients/7";
  const ALLERGIES = "PUT /api/doctor/patients/7/allergies";

  test("a chart outside the doctor's care explains emergency access", async () => {
    gateway({ [CHARTED]: [refusal(404, "not_found")] });
    await draw(<ChartPage {...props({ id: "7" })} />);
    expect(heading()).toBe("You are not treating this patient");
  });

  test("another spelling of a substance is refused at its field", async () => {
    const errors = [{ field: "body.allergies.1.substance", message: "name each substance once" }];
    gateway({ [CHARTED]: [json(CHART)], [ALLERGIES]: [refusal(422, "malformed", { errors })] });
    await draw(<ChartPage {...props({ id: "7" })} />);
    await press("Add allergy");
    await type("allergies-name", "Penicíllin");
    await press("Save");
    expect(document.getElementById("allergies-name-error")?.textContent).toContain("This substance is noted already");
  });

  test("a chart changed elsewhere keeps input, and saves both", async () => {
    const [latex, peanut] = ["Latex", "Peanut"].map((substance) => ({
      substance,
      reaction: null,
      severity: "moderate" as const,
      certainty: null,
      onset: null,
      noted_on: null,
    }));
    const theirs = { ...CHART, allergies: [...CHART.allergies, latex], version: 3 };
    const requests = gateway({
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
    const entered = [...CHART.allergies, latex, peanut].map((one) => ({ ...one, emergency: undefined }));
    const body = { allergies: entered, no_known_allergies: false };
    expect(sent(requests, ALLERGIES).at(-1)).toEqual({ body, version: '"3"' });
    expect(page.querySelector("dialog")).toBeNull();
    expect(page.querySelector(".allergies")?.textContent).toContain("Peanut (moderate)");
  });
});
