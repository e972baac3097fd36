import { expect, test } from "vitest";
import { join } from "../src/pages/patient/record/export";

test("parts of a record are joined list by list", () => {
  const part = { format: "careplus-patient-record", format_version: 1, patient: { id: 7 } };
  const first = { ...part, notes: [{ text: "a" }], prescriptions: [], next: "x" } as never;
  const second = { ...part, notes: [{ text: "b" }], prescriptions: [{ id: 3 }], next: null } as never;
  expect(join(first, second)).toEqual({
    ...part,
    notes: [{ text: "a" }, { text: "b" }],
    prescriptions: [{ id: 3 }],
    next: null,
  });
});
