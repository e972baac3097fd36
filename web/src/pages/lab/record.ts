/** One booking with its catalogue tests and entered results. */
import { api, type Outcome, outcome, type Schemas } from "../../api/client";
import { dayOf, today } from "../../lib/time/time";

export type Booking = Schemas["LabBooking"];
export type Result = Schemas["LabResult"];
export type Test = Schemas["LabTest"];
export type Status = Schemas["LabBookingStatus"];

export interface OneTest {
  code: string;
  name: string;
  names: Booking["tests"][number]["names"];
  /** Null: no longer in the catalogue. */
  test: Test | null;
  result: Result | null;
}
export interface Work {
  booking: Booking;
  tests: OneTest[];
}

export async function loadBookingRecord(id: number): Promise<Outcome<Work>> {
  // the default page most likely holds every test of the booking, and most specimens are of today
  const first = testsFrom(null);
  const booking = await loadBooking(id);
  if (!booking.ok) return booking as Outcome<never>;
  const { collected_at } = booking.data;
  const at = collected_at && dayOf(collected_at) !== today() ? collected_at : null;
  const codes = booking.data.tests.map(({ code }) => code);
  const [catalogue, results] = await Promise.all([
    testsOf(codes, at, at ? testsFrom(at) : first),
    resultsOf(booking.data),
  ]);
  if (!catalogue.ok) return catalogue;
  if (!results.ok) return results;
  const tests = booking.data.tests.map(({ code, name, names, result_id }) => ({
    code,
    name,
    names,
    test: catalogue.data.find((test) => test.code === code) ?? null,
    result: results.data.find(({ id }) => id === result_id) ?? null,
  }));
  return { ok: true, data: { booking: booking.data, tests } };
}

export function loadBooking(id: number) {
  return outcome(api.GET("/api/labs/bookings/{booking_id}", { params: { path: { booking_id: id } } }));
}

async function resultsOf({ tests }: Booking): Promise<Outcome<Result[]>> {
  const ids = tests.flatMap(({ result_id }) => result_id ?? []);
  const answers = await Promise.all(
    ids.map((id) => outcome(api.GET("/api/labs/results/{result_id}", { params: { path: { result_id: id } } }))),
  );
  const failed = answers.find((answer) => !answer.ok);
  if (failed && !failed.ok) return failed as Outcome<never>;
  return { ok: true, data: answers.flatMap((answer) => (answer.ok ? [answer.data] : [])) };
}

function testsFrom(at: string | null, cursor?: string) {
  const query = { limit: 100, ...(at && { at }), ...(cursor && { cursor }) };
  return outcome(api.GET("/api/labs/tests", { params: { query } }));
}

/** The booking's tests, with the units and ranges of the specimen's day; null: the ones of today. */
async function testsOf(
  codes: readonly string[],
  at: string | null,
  first: ReturnType<typeof testsFrom>,
): Promise<Outcome<Test[]>> {
  const found: Test[] = [];
  for (let next = first; ; ) {
    const page = await next;
    if (!page.ok) return page as Outcome<never>;
    found.push(...page.data.items.filter(({ code }) => codes.includes(code)));
    if (found.length === codes.length || page.data.next_cursor === null) return { ok: true, data: found };
    next = testsFrom(at, page.data.next_cursor);
  }
}

/** The booking after this one in the worklist, otherwise its first; null without another. */
export async function nextOf(booking: Booking, status: Status | null, day: string | null): Promise<number | null> {
  let first: number | null = null;
  for (let cursor: string | undefined; ; ) {
    const query = { ...(status && { status }), ...(day && { day }), ...(cursor && { cursor }), limit: 100 };
    const page = await outcome(api.GET("/api/labs/worklist", { params: { query } }));
    if (!page.ok) return null;
    const others = page.data.items.filter(({ id }) => id !== booking.id);
    first ??= others[0]?.id ?? null;
    const later = others.find(
      (one) => order(one) > order(booking) || (order(one) === order(booking) && one.id > booking.id),
    );
    if (later || page.data.next_cursor === null) return later?.id ?? first;
    cursor = page.data.next_cursor;
  }
}

function order({ starts_at, created_at }: Booking): number {
  return Date.parse(starts_at ?? created_at);
}
