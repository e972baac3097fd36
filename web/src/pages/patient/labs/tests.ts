/** Tests of the catalogue by code, and texts about them. */

import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { preparationOf } from "../../../lib/clinical/preparation";
import { plural, t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { money } from "../../../lib/i18n/numbers";
import type { Instant } from "../../../lib/time/time";

export type LabTest = Schemas["LabTest"];

/** The bookable tests in the order of the codes. */
export async function testsOf(codes: readonly string[]): Promise<Outcome<LabTest[]>> {
  const answers = await Promise.all(codes.map(testOf));
  const failed = answers.find((answer) => !answer.ok);
  if (failed && !failed.ok) return failed;
  return { ok: true, data: answers.flatMap((answer) => (answer.ok && answer.data ? [answer.data] : [])) };
}

/** The API searches codes and texts: pick the exact code from the matches. */
async function testOf(code: string): Promise<Outcome<LabTest | null>> {
  for (let cursor: string | undefined; ; ) {
    const page = await outcome(
      api.GET("/api/labs/tests", { params: { query: { q: code, limit: 100, ...(cursor && { cursor }) } } }),
    );
    if (!page.ok) return page as Outcome<null>;
    const found = page.data.items.find((test) => test.code === code && test.active);
    if (found || page.data.next_cursor === null) return { ok: true, data: found ?? null };
    cursor = page.data.next_cursor;
  }
}

/** How long a test usually takes, in hours or whole days. */
export function usually(stem: "labs.within" | "lab_booking.waits", hours: number): string {
  return hours < 24 ? plural(`${stem}_hours`, hours) : plural(`${stem}_days`, Math.ceil(hours / 24));
}

export type Prepared = Pick<LabTest, "name" | "names"> & Parameters<typeof preparationOf>[0];

/** The preparations for a booked time, or for any (null), each once with its tests. */
export function preparations(tests: readonly Prepared[], starts: Instant | null): [names: string[], what: string][] {
  const known = new Map<string, string[]>();
  for (const test of tests) {
    const what = preparationOf(test, starts) || t("labs.no_preparation");
    known.set(what, [...(known.get(what) ?? []), nameOf(test)]);
  }
  return [...known].map(([what, names]) => [names, what]);
}

/** "€27.00" for all of them. */
export function total(tests: readonly Pick<LabTest, "price_minor" | "currency">[]): string {
  const minor = tests.reduce((sum, test) => sum + test.price_minor, 0);
  return tests[0] ? money(minor, tests[0].currency) : "";
}

/** The address that books these tests; the first is in the path. */
export function bookHref([first = "", ...more]: readonly string[], day: string | null): string {
  const query = new URLSearchParams();
  if (more.length > 0) query.set("also", more.join(","));
  if (day) query.set("day", day);
  const text = query.size > 0 ? `?${query.toString()}` : "";
  return `/labs/${encodeURIComponent(first)}/book${text}`;
}

/** Codes in an address, each once. */
export function codesIn(text: string | null): string[] {
  return [...new Set((text ?? "").split(",").filter(Boolean))];
}
