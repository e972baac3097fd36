/** The calls that read and edit the hours of one doctor: the doctor's own, or the desk's. */
import { api, type Outcome, outcome, type Schemas, unchanged } from "../../api/client";
import type { Day } from "../../lib/time/time";

export type Saved = Pick<Schemas["Availability"], "slot_minutes" | "place" | "rules" | "version">;
export type Off = Schemas["TimeOff"];
export type Extra = Schemas["ExtraHours"];
/** A visit as the doctor or the desk reads it. */
export type Booked = Pick<
  Schemas["Arrangement"],
  "id" | "starts_at" | "ends_at" | "status" | "reference" | "overbook_reason"
> & { patient: Schemas["Person"] & { phone: string | null } };
export type ToMove = Booked & { why: Schemas["MoveReason"] };
export interface Listed<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Source {
  /** Part of the names of drafts, which belong to one doctor. */
  name: string;
  isOwn: boolean;
  show: () => Promise<Outcome<Saved>>;
  save: (saved: Saved, body: Schemas["SetAvailability"]) => Promise<Outcome<Saved>>;
  /** The visits between two clinic days, or from the first on. */
  visits: (from: Day, to?: Day) => Promise<Outcome<Booked[]>>;
  toMove: () => Promise<Outcome<{ items: ToMove[]; in_all: number }>>;
  listOff: () => Promise<Outcome<Listed<Off>>>;
  takeOff: (body: Schemas["TakeTimeOff"]) => Promise<Outcome<Off>>;
  cancelOff: (id: number) => Promise<Outcome<unknown>>;
  listExtra: () => Promise<Outcome<Listed<Extra>>>;
  addExtra: (body: Schemas["AddExtraHours"]) => Promise<Outcome<Extra>>;
  removeExtra: (id: number) => Promise<Outcome<unknown>>;
  /** The page of a visit. */
  href: (visit: Booked) => string;
}

/** The maximum number of pages of visits; with more, only the earliest are compared. */
const MOST_PAGES = 5;
const QUERY = { limit: 100 };

/** The signed-in doctor's own hours. */
export function ownHours(): Source {
  const query = QUERY;
  return {
    name: "",
    isOwn: true,
    show: () => outcome(api.GET("/api/doctor/availability")),
    save: (saved, body) => outcome(api.PUT("/api/doctor/availability", { params: { header: unchanged(saved) }, body })),
    visits: (from, to) =>
      every((cursor) => {
        const params = { query: { from, ...(to && { to }), ...(cursor && { cursor }), ...QUERY } };
        return outcome(api.GET("/api/doctor/appointments", { params }));
      }),
    toMove: () => outcome(api.GET("/api/doctor/to-move", { params: { query } })),
    listOff: () => outcome(api.GET("/api/doctor/time-off", { params: { query } })),
    takeOff: (body) => outcome(api.POST("/api/doctor/time-off", { body })),
    cancelOff: (time_off_id) =>
      outcome(api.DELETE("/api/doctor/time-off/{time_off_id}", { params: { path: { time_off_id } } })),
    listExtra: () => outcome(api.GET("/api/doctor/extra-hours", { params: { query } })),
    addExtra: (body) => outcome(api.POST("/api/doctor/extra-hours", { body })),
    removeExtra: (extra_hours_id) =>
      outcome(api.DELETE("/api/doctor/extra-hours/{extra_hours_id}", { params: { path: { extra_hours_id } } })),
    href: ({ id }) => `/doctor/visits/${id}`,
  };
}

/** The hours of a doctor, for reception and administrators. */
export function hoursOf(doctor_id: number): Source {
  const path = { doctor_id };
  const list = { path, query: QUERY };
  return {
    name: `.${doctor_id}`,
    isOwn: false,
    show: () => outcome(api.GET("/api/reception/doctors/{doctor_id}/availability", { params: { path } })),
    save: (saved, body) => {
      const params = { path, header: unchanged(saved) };
      return outcome(api.PUT("/api/reception/doctors/{doctor_id}/availability", { params, body }));
    },
    visits: (from, to) =>
      every((cursor) => {
        const params = { query: { doctor_id, from, ...(to && { to }), ...(cursor && { cursor }), ...QUERY } };
        return outcome(api.GET("/api/admin/appointments", { params }));
      }),
    toMove: () => outcome(api.GET("/api/reception/to-move", { params: { query: { doctor_id, ...QUERY } } })),
    listOff: () => outcome(api.GET("/api/reception/doctors/{doctor_id}/time-off", { params: list })),
    takeOff: (body) => outcome(api.POST("/api/reception/doctors/{doctor_id}/time-off", { params: { path }, body })),
    cancelOff: (time_off_id) => {
      const params = { path: { doctor_id, time_off_id } };
      return outcome(api.DELETE("/api/reception/doctors/{doctor_id}/time-off/{time_off_id}", { params }));
    },
    listExtra: () => outcome(api.GET("/api/reception/doctors/{doctor_id}/extra-hours", { params: list })),
    addExtra: (body) => outcome(api.POST("/api/reception/doctors/{doctor_id}/extra-hours", { params: { path }, body })),
    removeExtra: (extra_hours_id) => {
      const params = { path: { doctor_id, extra_hours_id } };
      return outcome(api.DELETE("/api/reception/doctors/{doctor_id}/extra-hours/{extra_hours_id}", { params }));
    },
    href: ({ patient }) => `/desk/patients/${patient.id}`,
  };
}

async function every<T>(page: (cursor?: string) => Promise<Outcome<Listed<T>>>): Promise<Outcome<T[]>> {
  const found: T[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < MOST_PAGES; n += 1) {
    const answer = await page(cursor);
    if (!answer.ok) return answer;
    found.push(...answer.data.items);
    if (answer.data.next_cursor === null) break;
    cursor = answer.data.next_cursor;
  }
  return { ok: true, data: found };
}
