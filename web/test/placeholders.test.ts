import { beforeEach, describe, expect, test } from "vitest";
import { unknownIn } from "../src/lib/clinical/placeholders";
import { inserted } from "../src/lib/forms/insertion";
import { dateOnly } from "../src/lib/time/time";
import { textFor } from "../src/pages/doctor/visit/placeholders";
import { begin, CHART, VISIT } from "./doctor";
import { labResult, observation, vitals } from "./fixtures";

beforeEach(begin);

describe("a template", () => {
  const medicine = { medicine: "Ramipril 5 mg", dose: "1 tablet", frequency: "every morning", active: true };
  const over = { ...medicine, active: false };

  test("is filled from the visit and the chart", () => {
    const chart = {
      ...CHART,
      problems: [{ name: "Hypertension", icd10: "I10", status: "active" as const, since: null, emergency: false }],
      prescriptions: [
        { status: "active", items: [medicine, { ...over, medicine: "Amoxicillin 500 mg" }] },
        { status: "stopped", items: [{ ...over, medicine: "Aspirin" }] },
      ] as unknown as typeof CHART.prescriptions,
    };
    expect(textFor("{sex}, {reason}. {problems}. {allergies}.", VISIT, chart, [])).toBe(
      "Female, Palpitations. Hypertension. Penicillin (severe).",
    );
    expect(textFor("{medicines}", VISIT, chart, [])).toBe("Ramipril 5 mg, 1 tablet, once a day, in the morning");
    expect(textFor("{age}", VISIT, chart, [])).toMatch(/^\d+ years$/);
  });

  test("has a visible gap for each missing value", () => {
    const nobody = {
      ...VISIT,
      reason: null,
      patient: { ...VISIT.patient, date_of_birth: null, sex: "unknown" as const },
    };
    const empty = { ...CHART, allergy_status: "not_asked" as const, allergies: [] };
    expect(
      textFor(
        "{age} {sex} {reason} {problems} {allergies} {medicines} {results} {last_vitals} {vitals}",
        nobody,
        empty,
        [],
      ),
    ).toBe(
      "[birth date unknown] [sex not stated] [no reason given] [no active problems] [allergies not asked] " +
        "[no active medicines] [no results] [no vital signs measured] [unknown: vitals]",
    );
    expect(textFor("{allergies}", VISIT, { ...empty, allergy_status: "none_known" }, [])).toBe("No known allergies");
  });

  test("says that the chart is not loaded, not that it is empty", () => {
    expect(textFor("{medicines} {allergies} {reason}", VISIT, undefined, undefined)).toBe(
      "[chart not loaded: medicines] [chart not loaded: allergies] Palpitations",
    );
  });

  test("has the last value of each vital sign with its day", () => {
    const items = [
      vitals({
        measured_at: "2030-01-07T08:00:00Z",
        systolic: 260,
        diastolic: 90,
        in_error_at: "2030-01-07T08:01:00Z",
      }),
      vitals({ measured_at: "2030-01-07T08:00:00Z", systolic: 142, diastolic: 90, temperature: 37 }),
      vitals({ measured_at: "2029-03-02T08:00:00Z", systolic: 150, weight: 84.5, height: 168, bmi: 29.9 }),
    ];
    expect(textFor("{last_vitals}", VISIT, CHART, items)).toBe(
      `Blood pressure 142/90 mmHg, Temperature 37.0 °C (${dateOnly("2030-01-07")}); ` +
        `Weight 84.5 kg, Height 168 cm, BMI 29.9 kg/m² (${dateOnly("2029-03-02")})`,
    );
    expect(textFor("{last_vitals}", VISIT, CHART, undefined)).toBe("[chart not loaded: vital signs]");
  });

  test("has no values of a result before its release", () => {
    const [early, late] = (["verified", "released"] as const).map((status) =>
      labResult({ status, observations: [observation({ name: "TSH", value: 9.1, unit: "mIU/L" })] }),
    );
    const chart = { ...CHART, results: [early, late] } as typeof CHART;
    const text = textFor("{results}", VISIT, chart, []);
    expect(text).toMatch(/^\[Blood count: not released to the patient yet\]; Blood count \(.+\): TSH 9\.1\smIU\/L$/);
  });

  test("names words in braces that are no placeholder once", () => {
    expect(unknownIn("{age} {vitals} {vitals} {Not this} { }")).toEqual(["vitals"]);
  });
});

describe("an insertion", () => {
  const area = document.createElement("textarea");

  test("replaces the selection, and keeps the text around it", () => {
    area.value = "Before old after";
    area.setSelectionRange(7, 10);
    expect(inserted(area, "new", 4000)).toEqual({ text: "Before new after", end: 10 });
  });

  test("that would be too long is refused", () => {
    area.value = "12345";
    area.setSelectionRange(5, 5);
    expect(inserted(area, "678", 7)).toBeNull();
    expect(inserted(area, "67", 7)).toEqual({ text: "1234567", end: 7 });
  });
});
