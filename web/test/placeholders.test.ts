import { beforeEach, describe, expect, test } from "vitest";
import { unknownIn } from "../src/lib/clinical/placeholders";
import { inserted } from "../src/lib/forms/insertion";
import { textFor } from "../src/pages/doctor/visit/placeholders";
import { begin, CHART, VISIT } from "./doctor";

beforeEach(begin);

describe("a template", () => {
  const medicine = { medicine: "Ramipril 5 mg", dose: "1 tablet", frequency: "every morning" };

  test("is filled from the visit and the chart", () => {
    const chart = {
      ...CHART,
      problems: [{ name: "Hypertension", icd10: "I10", status: "active" as const, since: null }],
      prescriptions: [
        { status: "active", items: [medicine] },
        { status: "stopped", items: [{ ...medicine, medicine: "Aspirin" }] },
      ] as unknown as typeof CHART.prescriptions,
    };
    expect(textFor("{sex}, {reason}. {problems}. {allergies}.", VISIT, chart)).toBe(
      "Female, Palpitations. Hypertension. Penicillin (severe).",
    );
    expect(textFor("{medicines}", VISIT, chart)).toBe("Ramipril 5 mg, 1 tablet, every morning");
    expect(textFor("{age}", VISIT, chart)).toMatch(/^\d+ years$/);
  });

  test("has a visible gap for each missing value", () => {
    const nobody = {
      ...VISIT,
      reason: null,
      patient: { ...VISIT.patient, date_of_birth: null, sex: "unknown" as const },
    };
    const empty = { ...CHART, allergy_status: "not_asked" as const, allergies: [] };
    expect(textFor("{age} {sex} {reason} {problems} {allergies} {medicines} {results} {vitals}", nobody, empty)).toBe(
      "[birth date unknown] [sex not stated] [no reason given] [no active problems] [allergies not asked] " +
        "[no active medicines] [no results] [unknown: vitals]",
    );
    expect(textFor("{allergies}", VISIT, { ...empty, allergy_status: "none_known" })).toBe("No known allergies");
  });

  test("says that the chart is not loaded, not that it is empty", () => {
    expect(textFor("{medicines} {allergies} {reason}", VISIT, undefined)).toBe(
      "[chart not loaded: medicines] [chart not loaded: allergies] Palpitations",
    );
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
