/** The results of the inbox as sections by class, and within these as groups of one patient's specimen, in the order of the API. */
import type { Schemas } from "../../../api/client";

export type Result = Schemas["ResultToReview"];
export type ClassName = Schemas["ReviewClass"];

export interface Group {
  patient: Result["patient"];
  /** The time of the specimen. */
  at: string;
  items: Result[];
}

export interface Acts {
  /** Show results as they are after a change. */
  put: (...now: Result[]) => void;
  /** Announce a change, with its undo where there is one. */
  say: (text: string, undo?: () => void) => void;
  again: () => void;
}

/** The API keeps the results of one specimen together, so that a group goes on where the next page begins. */
export function sections(items: readonly Result[]): { name: ClassName; groups: Group[] }[] {
  const found: { name: ClassName; groups: Group[] }[] = [];
  for (const one of items) {
    const name = one.review_class;
    let section = found.at(-1);
    if (section?.name !== name) {
      section = { name, groups: [] };
      found.push(section);
    }
    const at = one.collected_at ?? one.entered_at;
    const group = section.groups.at(-1);
    if (group?.patient.id === one.patient.id && group.at === at) group.items.push(one);
    else section.groups.push({ patient: one.patient, at, items: [one] });
  }
  return found;
}

/** Whether one press on the row releases a result: its worst value stands there. A critical or corrected one is opened first. */
export function isQuick({ review_class, corrected_at, status, responsible }: Result): boolean {
  return review_class !== "critical" && !corrected_at && status === "verified" && responsible;
}
