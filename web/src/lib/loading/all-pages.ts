/** Complete lists, fetched page by page, for the options of a form. */

import { api, type Outcome, outcome, type Schemas } from "../../api/client";
import { specialtyName } from "../i18n/in-languages";

/** Every doctor by name; `active` limits it to bookable ones. */
export function everyDoctor(active?: boolean) {
  return every((cursor) => {
    const query = { limit: 100, ...(active !== undefined && { active }), ...(cursor && { cursor }) };
    return outcome(api.GET("/api/admin/doctors", { params: { query } }));
  });
}

/** Every doctor by name, as reception chooses one; `bookable` limits it to those who take appointments. */
export function everyDeskDoctor(bookable?: boolean) {
  return every((cursor) => {
    const query = { limit: 100, ...(bookable !== undefined && { bookable }), ...(cursor && { cursor }) };
    return outcome(api.GET("/api/reception/doctors", { params: { query } }));
  });
}

/** Every test of the catalogue by code, inactive ones too. */
export function everyTest() {
  return every((cursor) =>
    outcome(api.GET("/api/labs/tests", { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
  );
}

/** Every value of the laboratory by code, also one that no test measures yet. */
export function everyAnalyte() {
  return every((cursor) =>
    outcome(api.GET("/api/labs/analytes", { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
  );
}

/** Every visit of a doctor on a day. */
export function everyVisit(doctor_id: number, day: string) {
  return every((cursor) => {
    const query = { doctor_id, day, limit: 100, ...(cursor && { cursor }) };
    return outcome(api.GET("/api/admin/appointments", { params: { query } }));
  });
}

/** Every page of a list, until the last. */
export async function every<T, E>(
  ask: (cursor: string | null) => Promise<Outcome<{ items: T[]; next_cursor: string | null }, E>>,
): Promise<Outcome<T[], E>> {
  const items: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Outcome<{ items: T[]; next_cursor: string | null }, E> = await ask(cursor);
    if (!page.ok) return page;
    items.push(...page.data.items);
    cursor = page.data.next_cursor;
    if (cursor === null) return { ok: true, data: items };
  }
}

/** Doctors as choices of a form, with their specialty and room, which tell doctors of one name apart. */
export function doctorChoices(
  doctors: readonly Pick<Schemas["Doctor"], "id" | "full_name" | "room" | "specialty" | "specialty_names">[],
): { value: string; text: string }[] {
  return doctors.map(({ id, full_name, room, ...one }) => ({
    value: String(id),
    text: [full_name, specialtyName(one), room].filter(Boolean).join(", "),
  }));
}

/** A record's id in an address, or null. */
export function idOf(text: string | null | undefined): number | null {
  const id = Number(text);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
