import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { frequencyText, routeText } from "../src/lib/clinical/dosing";
import { choose, loadMessages } from "../src/lib/i18n/i18n";

beforeEach(() => loadMessages("ui"));
afterEach(() => choose("en"));

const KNOWN = [
  ["3 times a day", "3 times a day", "3-mal täglich"],
  ["Twice a day", "2 times a day", "2-mal täglich"],
  ["2x täglich", "2 times a day", "2-mal täglich"],
  ["once daily", "once a day", "1-mal täglich"],
  ["daily", "once a day", "1-mal täglich"],
  ["once a day, mornings", "once a day, in the morning", "1-mal täglich, morgens"],
  ["einmal täglich abends", "once a day, in the evening", "1-mal täglich, abends"],
  ["every morning", "once a day, in the morning", "1-mal täglich, morgens"],
  ["up to 4 times a day", "up to 4 times a day", "bis zu 4-mal täglich"],
  ["once a week", "once a week", "1-mal pro Woche"],
  ["every 6 hours", "every 6 hours", "alle 6 Stunden"],
  ["alle 8 Stunden", "every 8 hours", "alle 8 Stunden"],
  ["as needed", "as needed", "bei Bedarf"],
] as const;

describe("a frequency", () => {
  test.each(KNOWN)("%s is said in both languages", async (stored, english, german) => {
    expect(frequencyText(stored)).toBe(english);
    await choose("de");
    expect(frequencyText(stored)).toBe(german);
  });

  test.each([
    "when the chest feels tight",
    "3 times a day with food",
    "at the start of an attack",
    "30 times",
    "100 times a day",
    "",
  ])("%s stays as it was typed", async (stored) => {
    await choose("de");
    expect(frequencyText(stored)).toBe(stored);
  });
});

test("a known route is said in the reader's language, another one as it is stored", async () => {
  await choose("de");
  expect(["oral", "Cutaneous", "intravenous", "by pump"].map(routeText)).toEqual([
    "zum Einnehmen",
    "auf die Haut",
    "in die Vene",
    "by pump",
  ]);
});
