import { beforeEach, describe, expect, test, vi } from "vitest";
import { dateOnly } from "../src/lib/time/time";
import ChartVitals from "../src/pages/doctor/vitals/chart-vitals";
import { checked, valuesOf } from "../src/pages/doctor/vitals/typed";
import { begin, sent } from "./doctor";
import { vitals } from "./fixtures";
import { gateway, json, refusal } from "./gateway";
import { draw, press, settled, type } from "./page";

beforeEach(begin);

const LIST = "GET /api/doctor/patients/7/vitals";
const POST = "POST /api/doctor/patients/7/vitals";
const NONE = json({ items: [], next_cursor: null });
const texts = (page: ParentNode, selector: string) =>
  [...page.querySelectorAll(selector)].map(({ textContent }) => textContent);

describe("typed vital signs", () => {
  test.each([
    [{ pressure: "142/90" }, { pressure: { systolic: 142, diastolic: 90 } }],
    [{ pressure: " 142 - 90 mmHg" }, { pressure: { systolic: 142, diastolic: 90 } }],
    [{ pressure: "90" }, { pressure: { systolic: 90, diastolic: null } }],
    [{ temperature: "36,8" }, { temperature: { temperature: 36.8 } }],
    [
      { temperature: "36.8 °C", weight: "84 kg" },
      { temperature: { temperature: 36.8 }, weight: { weight: 84 } },
    ],
    [{ heart_rate: "72/min", height: "" }, { heart_rate: { heart_rate: 72 } }],
  ])("%o are read", (typed, values) => {
    expect(valuesOf(typed)).toEqual(values);
    expect(checked(typed)).toEqual([]);
  });

  test.each([
    [{ pressure: "90/142" }, "vitals-pressure"],
    [{ pressure: "high" }, "vitals-pressure"],
    [{ temperature: "98 °F" }, "vitals-temperature"],
    [{ weight: "<80" }, "vitals-weight"],
    [{ weight: "180 lb" }, "vitals-weight"],
    [{ heart_rate: "fast" }, "vitals-heart_rate"],
    [{ note: "refused" }, "vitals-pressure"],
  ])("%o are a mistake", (typed, field) => {
    expect(checked(typed).map((one) => one.field)).toEqual([field]);
  });
});

describe("the vital signs of a chart", () => {
  const open = async (replies: Parameters<typeof gateway>[0]) => {
    const requests = gateway({ [LIST]: [NONE], ...replies });
    const page = await draw(<ChartVitals patient={7} />);
    await press("Vital signs");
    // its code is loaded on demand
    await vi.waitFor(() => expect(document.querySelector("#vitals-pressure")).not.toBeNull());
    return { page, requests };
  };

  test("are saved without the empty fields", async () => {
    const { page, requests } = await open({ [POST]: [json(vitals({ systolic: 124, diastolic: 78 }))] });
    await type("vitals-pressure", "124/78");
    await type("vitals-note", "Left arm");
    await press("Save vital signs");
    const body = { systolic: 124, diastolic: 78, appointment_id: null, note: "Left arm", confirmed: [] };
    expect(sent(requests, POST).map((one) => one.body)).toEqual([body]);
    expect(page.querySelector<HTMLInputElement>("#vitals-pressure")?.value).toBe("");
    expect(texts(page, "[role=status]")).toContain("The vital signs are saved.");
    expect(sessionStorage.length).toBe(0);
  });

  test("are kept as a draft until they are saved", async () => {
    const { page } = await open({ [POST]: [refusal(503, "unavailable")] });
    await type("vitals-weight", "84");
    await press("Save vital signs");
    expect(page.querySelector<HTMLInputElement>("#vitals-weight")?.value).toBe("84");
    expect(Object.values(sessionStorage)).toEqual(['{"weight":"84"}']);
  });

  test("are confirmed when they are unusual", async () => {
    const unusual = [{ sign: "weight", value: 8.4, low: 35, high: 200 }];
    const { requests } = await open({ [POST]: [refusal(409, "unusual_values", { unusual }), json(vitals())] });
    await type("vitals-weight", "8.4");
    await press("Save vital signs");
    expect(texts(document, "dialog li")).toEqual(["Weight: 8.4 (usual: 35 to 200)"]);
    await press("They are right, save");
    await settled();
    expect(sent(requests, POST).map(({ body }) => (body as { confirmed: string[] }).confirmed)).toEqual([
      [],
      ["weight"],
    ]);
  });

  test("show the server's refusal at the field", async () => {
    const errors = [{ field: "body.systolic", message: "enter the value in mmHg, from 40 to 300" }];
    const { page } = await open({ [POST]: [refusal(422, "malformed", { errors })] });
    await type("vitals-pressure", "12/8");
    await press("Save vital signs");
    expect(texts(page, "#vitals-pressure-error")).toEqual([
      "Error: Enter the upper and the lower value in mmHg, such as 120/80",
    ]);
  });

  test("have the last values with a line, without those in error", async () => {
    const pressures = [260, 134, 152].map((systolic, n) =>
      vitals({
        id: n + 1,
        systolic,
        diastolic: 84,
        measured_at: `2030-01-0${7 - n}T08:10:00Z`,
        in_error_at: n === 0 ? "2030-01-07T09:00:00Z" : null,
        error_reason: n === 0 ? "Cuff too small" : null,
      }),
    );
    const { page } = await open({ [LIST]: [json({ items: pressures, next_cursor: null })] });
    expect(texts(page, ".last-vitals b")).toEqual(["134/84 mmHg"]);
    const first = dateOnly("2030-01-05");
    expect(texts(page, ".course")).toEqual([`2 measurements, the first of them on ${first}: 152/84 mmHg`]);
    expect(page.querySelectorAll(".sparkline polyline")).toHaveLength(2);
    expect(texts(page, ".lines s")).toEqual(["Blood pressure 260/84 mmHg"]);
    expect(page.textContent).toContain("Cuff too small");
  });

  test("are marked as entered in error with a reason", async () => {
    const wrong = "PUT /api/doctor/vitals/21/entered-in-error";
    const items = [vitals({ weight: 118, version: 3 })];
    const { requests } = await open({ [LIST]: [json({ items, next_cursor: null })], [wrong]: [json(items[0])] });
    await press("Entered in error");
    await press("Mark as entered in error");
    expect(sent(requests, wrong)).toEqual([]);
    await type("reason", "Scales with shoes");
    await press("Mark as entered in error");
    expect(sent(requests, wrong)).toEqual([{ body: { reason: "Scales with shoes" }, version: '"3"' }]);
  });
});
