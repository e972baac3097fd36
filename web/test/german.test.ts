/** Texts of the server in German: names, coded values and refusals. */
import { beforeEach, expect, test } from "vitest";
import { shown, usual } from "../src/lib/clinical/results";
import { loadLocale, loadMessages } from "../src/lib/i18n/i18n";
import { nameOf, testNameOf } from "../src/lib/i18n/in-languages";
import { malformedText, problemText } from "../src/lib/i18n/problem-text";
import { labResult, observation } from "./fixtures";

const NEGATIVE = { en: "negative", de: "negativ" };

beforeEach(async () => {
  await loadMessages("ui");
  await loadLocale(["de"]);
});

test("a value is shown in the reader's language", () => {
  const one = observation({
    value: null,
    text: "negative",
    text_names: NEGATIVE,
    range: null,
    usual_names: [NEGATIVE],
  });
  expect(shown(one)).toBe("negativ");
  expect(usual(one)).toContain("negativ");
});

test("a typed value stays as it was typed", () => {
  expect(shown(observation({ value: null, text: "negative" }))).toBe("negative");
});

test("tests and analytes have their German names", () => {
  expect(nameOf(observation({ names: { en: "Sodium", de: "Natrium" } }))).toBe("Natrium");
  expect(testNameOf(labResult({ test_names: { en: "Sodium", de: "Natrium" } }))).toBe("Natrium");
});

test("a refusal and a malformed field are never English", () => {
  const problem = { code: "specialty_fixed", status: 409, detail: "Only an administrator can change it." };
  expect(problemText(problem as Parameters<typeof problemText>[0], null)).toBe(
    "Nur die Verwaltung kann das Fachgebiet ändern.",
  );
  expect(malformedText("anything", "Field required")).toBe("Diese Angabe ist nicht gültig.");
});
