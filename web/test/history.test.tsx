import { beforeEach, describe, expect, test } from "vitest";
import { loadMessages } from "../src/lib/i18n/i18n";
import { Changes } from "../src/pages/doctor/chart/changes";
import { entryChanges } from "../src/pages/doctor/chart/entry-changes";
import { CommentVersions } from "../src/ui/CommentVersions";
import { begin } from "./doctor";
import { gateway, json } from "./gateway";
import { draw, settled } from "./page";

const LATEX = { substance: "Latex", reaction: null, severity: "mild", certainty: null, onset: null, noted_on: null };
const OSEI = { id: 3, full_name: "Dr Ama Osei" };

beforeEach(async () => {
  await begin();
  await loadMessages("changes");
});

async function unfold(page: Element): Promise<void> {
  const details = page.querySelector("details");
  if (details) details.open = true;
  details?.dispatchEvent(new Event("toggle"));
  await settled();
}

describe("the difference of two lists", () => {
  const difference = (before: string[], after: string[]) =>
    entryChanges(
      before,
      after,
      (one) => one.split(" ")[0] ?? "",
      (one) => one,
    ).map(({ kind, entry, was }) => [kind, entry, was].join("|"));

  test.each([
    [[], ["Latex mild"], ["added|Latex mild|"]],
    [["Latex mild"], [], ["removed|Latex mild|"]],
    [["Latex mild"], ["Latex severe"], ["changed|Latex severe|Latex mild"]],
    [["Latex mild", "Nuts"], ["Nuts", "Latex mild"], []],
    [["Latex mild"], ["Nuts"], ["added|Nuts|", "removed|Latex mild|"]],
  ])("%j to %j", (before, after, expected) => expect(difference(before, after)).toEqual(expected));
});

describe("changes of a chart", () => {
  const lists = (allergies: object[], none = false) => ({ allergies, no_known_allergies: none, problems: null });
  const change = (version: number, before: object, after: object) => ({
    id: version,
    patient_id: 7,
    version,
    part: "allergies",
    before,
    after,
    changed_at: "2030-01-07T08:10:00Z",
    changed_by: OSEI,
  });

  test("name author, time and what changed", async () => {
    gateway({
      "GET /api/doctor/patients/7/history": [
        json({
          items: [
            change(3, lists([LATEX]), lists([{ ...LATEX, severity: "severe" }])),
            change(2, lists([], true), lists([LATEX])),
          ],
          next_cursor: null,
        }),
      ],
    });
    const page = await draw(<Changes patient={7} version={3} />);
    await unfold(page);
    const text = page.textContent ?? "";
    expect(text).toContain("Dr Ama Osei, Mon 7 Jan 2030, 09:10");
    expect(text).toContain("Changed: Latex, severe. Before: Latex, mild");
    expect(text).toContain("“No known allergies” was taken back.");
    expect(text).toContain("Added: Latex, mild");
  });
});

describe("versions of a comment", () => {
  const result = {
    id: 80,
    version: 4,
    test_name: "Blood count",
    test_names: { en: "Blood count", de: "Blood count" },
    comment: "Fine.",
    corrected_at: null,
  };

  test("name author and time, and an unknown author", async () => {
    gateway({
      "GET /api/labs/results/80/comments": [
        json({
          result_id: 80,
          patient_id: 7,
          items: [
            { version: 4, text: "Fine.", at: "2030-01-07T08:10:00Z", by: OSEI },
            { version: 3, text: null, at: "2030-01-07T08:00:00Z", by: OSEI },
            { version: 2, text: "Old", at: null, by: null },
          ],
        }),
      ],
    });
    const page = await draw(<CommentVersions of={result} />);
    await unfold(page);
    const text = page.textContent ?? "";
    expect(text).toContain("Fine.Dr Ama Osei, Mon 7 Jan 2030, 09:10");
    expect(text).toContain("The comment was removed.");
    expect(text).toContain("Written before authors and times of comments were stored.");
  });

  test("are not offered where there was no comment", async () => {
    const page = await draw(<CommentVersions of={{ ...result, comment: null }} />);
    expect(page.querySelector("details")).toBeNull();
  });
});
