import { beforeAll, describe, expect, test } from "vitest";
import { type Reading, readable, sentence, shown, toneOf, usual, wordOf } from "../src/lib/clinical/results";
import { loadMessages } from "../src/lib/i18n/i18n";
import { both, observation } from "./fixtures";

type Range = NonNullable<Reading["range"]>;

const NBSP = "\u00a0";
const FLAGS = [
  "normal",
  "low",
  "high",
  "critical_low",
  "critical_high",
  "abnormal",
  "indeterminate",
  "no_range",
] as const satisfies readonly Reading["flag"][];

const range = (more: Partial<Range>): Range => ({
  sex: null,
  low: null,
  high: null,
  critical_low: null,
  critical_high: null,
  ...more,
});

const reading = (more: Partial<Reading> = {}): Reading => ({
  value: 13.2,
  comparator: null,
  text: null,
  unit: "g/dL",
  decimals: 1,
  range: range({ low: 12, high: 15.5 }),
  missing: [],
  usual_names: [],
  flag: "normal",
  ...more,
});

const words = (text: string, allowed: string[]): Reading =>
  reading({ value: null, text, unit: null, range: null, usual_names: allowed.map(both) });

beforeAll(() => loadMessages("ui"));

describe("a value in words", () => {
  test.each([
    [reading(), "13.2 g/dL"],
    [reading({ value: 13 }), "13.0 g/dL"],
    [reading({ value: 12000, decimals: 0, unit: "10*3/uL" }), "12,000 ×10³/µL"],
    [reading({ value: 5, comparator: "<" }), "below 5.0 g/dL"],
    [reading({ value: 5, comparator: ">" }), "above 5.0 g/dL"],
    [reading({ value: 5, comparator: "<=" }), "at most 5.0 g/dL"],
    [reading({ value: 5, comparator: ">=" }), "at least 5.0 g/dL"],
    [reading({ value: -2.5, unit: "mmol/L" }), "-2.5 mmol/L"],
    [reading({ value: 42, decimals: 0, unit: "%" }), "42%"],
    [reading({ value: 7.4, decimals: 2, unit: "[pH]" }), "7.40"],
    [words("negative", ["negative"]), "negative"],
  ])("%o is shown", (given, text) => {
    expect(shown(given).replaceAll(NBSP, " ")).toBe(text);
  });

  test("rounding never moves a value into its range", () => {
    expect(shown(reading({ value: 15.54 }))).toContain("15.54");
  });

  test("number and unit stay on one line", () => {
    expect(shown(reading())).toBe(`13.2${NBSP}g/dL`);
  });

  test("values use the locale's digits and signs", () => {
    document.documentElement.lang = "de";
    expect(shown(reading()).replaceAll(NBSP, " ")).toBe("13,2 g/dL");
    expect(shown(reading({ value: 42, decimals: 0, unit: "%" }))).toBe(`42${NBSP}%`);
    document.documentElement.lang = "en";
  });

  test.each([
    ["10*9/L", "×10⁹/L"],
    ["10*6/uL", "×10⁶/µL"],
    ["ug/dL", "µg/dL"],
    ["umol/L", "µmol/L"],
    ["u[IU]/mL", "µIU/mL"],
    ["m[IU]/L", "mIU/L"],
    ["[arb'U]/mL", "U/mL"],
    ["mm[Hg]", "mmHg"],
    ["ng/mL{FEU}", "ng/mL FEU"],
    ["mL/min/{1.73_m2}", "mL/min/1.73 m²"],
    ["kg/m2", "kg/m²"],
    ["/[HPF]", "per field of view"],
    ["fL", "fL"],
    ["mosm/kg", "mosm/kg"],
    ["{INR}", ""],
    ["1", ""],
    [null, ""],
  ])("unit %s", (ucum, text) => {
    expect(readable(ucum).replaceAll(NBSP, " ")).toBe(text);
  });
});

test.each([
  [reading(), "12.0 to 15.5 g/dL"],
  [reading({ range: range({ high: 5 }) }), "up to 5.0 g/dL"],
  [reading({ range: range({ low: 60 }), decimals: 0 }), "60 g/dL or more"],
  [reading({ range: range({ low: 0, high: 0.5 }) }), "0.0 to 0.5 g/dL"],
  [reading({ range: range({ critical_high: 500 }) }), "no usual range"],
  [reading({ range: null }), "no usual range"],
  [words("positive", ["negative"]), "usually negative"],
  [words("few", ["none seen", "few"]), "usually none seen or few"],
  [words("cloudy", []), "no usual range"],
])("the usual range of %o", (given, text) => {
  expect(usual(given).replaceAll(NBSP, " ")).toBe(text);
});

test.each(FLAGS)("the flag %s has a word and a tone", async (flag) => {
  const english: Record<string, string> = (await import("../src/i18n/en/ui.json")).default;
  expect(english[wordOf(flag)]).toBeTruthy();
  expect(toneOf(flag) === "confirmed").toBe(flag === "normal");
});

describe("a result in one sentence", () => {
  const sentenceOf = (...flags: Reading["flag"][]): string => {
    const inside = ["normal", "no_range", "indeterminate"];
    return sentence({
      observations: flags.map((flag) => observation({ ...reading({ flag }), analyte: flag, name: flag })),
      outside_range: flags.filter((flag) => !inside.includes(flag)).length,
    });
  };

  test.each<[string, Reading["flag"][]]>([
    ["All values are in the usual range.", ["normal", "normal"]],
    ["2 of 3 values are outside the usual range.", ["low", "normal", "critical_high"]],
    ["1 of 3 values is outside the usual range.", ["abnormal", "normal", "normal"]],
    ["1 of 2 values is outside the usual range. 1 value has no usual range.", ["high", "no_range"]],
    ["1 of 2 values is in the usual range. 1 value may be usual or not.", ["normal", "indeterminate"]],
    ["2 values have no usual range.", ["no_range", "no_range"]],
    ["The value is in the usual range.", ["normal"]],
    ["The value is outside the usual range.", ["low"]],
    ["The value has no usual range.", ["no_range"]],
    ["The value may be usual or not.", ["indeterminate"]],
  ])("%s", (text, flags) => {
    expect(sentenceOf(...flags)).toBe(text);
  });
});
