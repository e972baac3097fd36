/** The entry of values: checked, confirmed if unusual, and saved. */

import { api, outcome, type Schemas } from "../../../api/client";
import { readable, shown } from "../../../lib/clinical/results";
import type { Draft } from "../../../lib/forms/draft";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { malformedText } from "../../../lib/i18n/problem-text";
import { loadBooking, type OneTest, type Result, type Test } from "../record";
import type { Shown } from "./analyte";
import { type Acts, changed } from "./status";
import type { Flags } from "./typed-flags";
import { entered, foreignUnit, typed } from "./values";

type Analyte = Test["analytes"][number];
type Entered = Schemas["EnterObservation"];

export interface Typed {
  /** By `keyOf` test and analyte. */
  values: Record<string, string>;
  /** By test. */
  notes: Record<string, string>;
  /** Tests with saved values under correction. */
  correcting: string[];
}
export const NOTHING: Typed = { values: {}, notes: {}, correcting: [] };

/** The id of an analyte's field. */
export const keyOf = (test: string, analyte: string): string => `${test}.${analyte}`;

/** The tests with value fields: without a result, or under correction. */
export function openTests(tests: readonly OneTest[], { correcting }: Typed): (OneTest & { test: Test })[] {
  return tests.flatMap((one) =>
    one.test && (one.result === null || (one.result.status === "resulted" && correcting.includes(one.code)))
      ? [{ ...one, test: one.test }]
      : [],
  );
}

/** The draft with a result's saved values, for correction. */
export function correcting(draft: Typed, { test_code: code, observations, note }: Result): Typed {
  const values = Object.fromEntries(observations.map((one) => [keyOf(code, one.analyte), typed(one)]));
  return {
    values: { ...draft.values, ...values },
    notes: { ...draft.notes, ...(note && { [code]: note }) },
    correcting: [...draft.correcting, code],
  };
}

/** The draft without the values of some tests. */
export function without(draft: Typed, codes: readonly string[]): Typed {
  const forBooking = <V>(of: Record<string, V>, prefix: string): Record<string, V> =>
    Object.fromEntries(Object.entries(of).filter(([key]) => !codes.some((code) => key.startsWith(code + prefix))));
  return {
    values: forBooking(draft.values, "."),
    notes: Object.fromEntries(Object.entries(draft.notes).filter(([code]) => !codes.includes(code))),
    correcting: draft.correcting.filter((code) => !codes.includes(code)),
  };
}

export function checked(open: readonly { code: string; test: Test }[], { values }: Pick<Typed, "values">): Mistake[] {
  const fields = open.flatMap(({ code, test }) =>
    test.analytes.map((analyte) => ({ id: keyOf(code, analyte.code), analyte })),
  );
  const written = fields.filter(({ id }) => values[id]?.trim());
  if (written.length === 0) return [{ field: fields[0]?.id ?? null, message: t("worklist_booking.nothing") }];
  return written.flatMap(({ id, analyte }) => {
    const message = mistakeOf(analyte, values[id] ?? "");
    return message ? [{ field: id, message }] : [];
  });
}

export function mistakeOf(analyte: Analyte, text: string): string | null {
  if (!entered(analyte, text)) return t("worklist_booking.not_a_number", { name: nameOf(analyte) });
  const typed = analyte.kind === "quantity" ? foreignUnit(analyte, text) : null;
  return typed && wrongUnit(analyte, typed);
}

/** "Haemoglobin is entered in g/dL, not in g/L. Convert the value, then enter it." */
function wrongUnit({ unit, ...analyte }: Pick<Analyte, "name" | "names" | "unit">, typed: string): string {
  const name = nameOf(analyte);
  const own = readable(unit);
  return own ? t("worklist_booking.wrong_unit", { name, unit: own, typed }) : t("worklist_booking.no_unit", { name });
}

/** The value of a typed text, if it can be compared: a number in the analyte's unit, or a text. */
export function comparable(analyte: Analyte, text: string): Entered | undefined {
  if (text.trim() === "" || (analyte.kind === "quantity" && foreignUnit(analyte, text))) return undefined;
  return entered(analyte, text);
}

/** Every typed value that can be compared. */
export function typedValues(
  open: readonly { code: string; test: Test }[],
  { values }: Pick<Typed, "values">,
): Entered[] {
  return open.flatMap(({ code, test }) =>
    test.analytes.flatMap((analyte) => comparable(analyte, values[keyOf(code, analyte.code)] ?? "") ?? []),
  );
}

/** The values of a request, with the analytes' units. */
export function sentValues(
  open: readonly { code: string; test: Test }[],
  { values }: Pick<Typed, "values">,
): Entered[] {
  return open.flatMap(({ code, test }) =>
    test.analytes.flatMap((analyte) => {
      const text = values[keyOf(code, analyte.code)] ?? "";
      return (text.trim() && entered(analyte, text)) || [];
    }),
  );
}

/** The flag beside a field: of exactly its text. */
export function shownFlag(flags: Flags, analyte: Analyte, text: string): Shown {
  const value = comparable(analyte, text);
  if (!value) return null;
  return flags.flagOf(value)?.flag ?? (flags.failed ? "failed" : "checking");
}

/** Values to confirm, as "Potassium: 52 mmol/L"; or the mistakes, if they could not be compared. */
export async function unusualValues(
  flags: Flags,
  open: readonly { code: string; test: Test }[],
  typedNow: Pick<Typed, "values">,
): Promise<{ unusual: string[] } | { mistakes: Mistake[] }> {
  const answer = await flags.ask(typedValues(open, typedNow));
  if (!answer.ok) return { mistakes: mistakes(answer.problem, answer.retryAfter, []) };
  const byCode = new Map(open.flatMap(({ test }) => test.analytes.map((analyte) => [analyte.code, analyte] as const)));
  const unusual = answer.flags.flatMap((one) => {
    const analyte = byCode.get(one.analyte);
    return analyte && one.unusual ? `${nameOf(analyte)}: ${shown({ ...analyte, ...one })}` : [];
  });
  return { unusual };
}

/** Save every test with typed values; unsaved values stay in the form. */
export async function save(
  acts: Acts,
  open: readonly { code: string; test: Test }[],
  draft: Draft<Typed>,
): Promise<Mistake[]> {
  const { work, reload, say } = acts;
  say("");
  // entering has no version check: compare with the current booking before sending
  const now = await loadBooking(work.booking.id);
  if (now.ok && now.data.version !== work.booking.version) {
    const loaded = await reload();
    if (loaded) return [changed(work, loaded)];
  }
  const saved: string[] = [];
  const found: Mistake[] = [];
  for (const { code, test } of open) {
    const errors = await loadMessages(work.booking.id, code, test, draft.value);
    if (errors === null) continue;
    found.push(...errors);
    if (errors.length === 0) saved.push(code);
  }
  if (saved.length === 0) return found;
  draft.set(without(draft.value, saved));
  await reload();
  if (found.length === 0) say(t("worklist_booking.saved"));
  return found;
}

/** Null: no value was typed for this test. */
async function loadMessages(id: number, code: string, test: Test, { values, notes }: Typed): Promise<Mistake[] | null> {
  const observations = sentValues([{ code, test }], { values });
  if (observations.length === 0) return null;
  const body = { test_code: code, observations, note: notes[code]?.trim() || null };
  const params = { path: { booking_id: id } };
  const done = await outcome(api.POST("/api/labs/bookings/{booking_id}/results", { params, body }));
  if (done.ok) return [];
  if (done.problem.code === "wrong_unit")
    return done.problem.conflicts.map(({ analyte, name, names, given, expected }) => ({
      field: keyOf(code, analyte),
      message: wrongUnit({ name, names, unit: expected }, readable(given)),
    }));
  if (done.problem.code !== "malformed") return mistakes(done.problem, done.retryAfter, []);
  return done.problem.errors.map(({ field, message }) => {
    const at = observations[Number(/observations\.(\d+)/.exec(field)?.[1])];
    const analyte = test.analytes.find((one) => one.code === at?.analyte);
    return {
      field: analyte ? keyOf(code, analyte.code) : null,
      message: `${nameOf(analyte ?? test)}: ${malformedText("", message)}`,
    };
  });
}
