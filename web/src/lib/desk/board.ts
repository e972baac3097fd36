/** The day board: its columns are read once, and again only where a visit of the doctor has changed. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { type Pages, usePages } from "../loading/query";
import { type Day, now } from "../time/time";
import type { Arrangement, DeskVisit } from "./arrangements";

export type BoardDoctor = Schemas["BoardDoctor"];
export type BoardVisit = Schemas["BoardVisit"];
/** A visit with its doctor. */
export type Placed = BoardVisit & Pick<DeskVisit, "doctor">;

const POLL_MS = 2_000;
/** Doctors of one page. */
const MOST = 50;
/** Above so many changed doctors, for example after a night, the whole board is read. */
const MOST_AT_ONCE = 6;
/** Staff may book a time for so long after its start: services/appointments, rules/slots. */
const LATE_START_MS = 15 * 60_000;

export interface Board {
  list: Pages<BoardDoctor>;
  /** Whether the last question for changes had no answer. */
  behind: boolean;
  /** Show a visit as it is after a change of its status. */
  put: (visit: Arrangement) => void;
  /** Read the columns of some doctors again; false if one cannot be read now. */
  reload: (doctors: readonly number[]) => Promise<boolean>;
}

export function useBoard(day: Day): Board {
  const list = usePages((cursor) => read(day, { limit: MOST, ...(cursor && { cursor }) }), [day]);
  const [behind, setBehind] = useState(false);
  const latest = useRef(list);
  latest.current = list;
  const columns = (): readonly BoardDoctor[] => latest.current.data?.items ?? [];

  const replace = (changed: ReadonlyMap<number, BoardDoctor>): void => {
    const { data, put } = latest.current;
    if (data) put({ ...data, items: data.items.map((one) => changed.get(one.doctor.id) ?? one) });
  };
  const reload = useCallback(
    async (doctors: readonly number[]): Promise<boolean> => {
      const answers = await Promise.all(doctors.map((doctor_id) => read(day, { doctor_id })));
      const found = answers.flatMap((answer) => (answer.ok ? answer.data.items : []));
      // a doctor that takes no appointments leaves the board with the last visit
      if (answers.some((answer) => answer.ok && answer.data.items.length === 0)) latest.current.again();
      else replace(new Map(found.map((one) => [one.doctor.id, one])));
      return answers.every(({ ok }) => ok);
    },
    [day],
  );
  const put = (visit: Arrangement): void => {
    const column = columns().find(({ doctor }) => doctor.id === visit.doctor.id);
    if (!column) return;
    const { status, version, arrived_at, started_at, completed_at } = visit;
    const change = { status, version, arrived_at, started_at, completed_at };
    const visits = column.visits
      .map((one) => (one.id === visit.id ? { ...one, ...change } : one))
      .filter((one) => one.status !== "cancelled" && one.status !== "lapsed");
    replace(new Map([[column.doctor.id, { ...column, visits }]]));
  };

  useEffect(() => {
    let shown = true;
    let asking = false;
    /** The state of each doctor for which a column was read, so that no state is read twice. */
    const seen = new Map<number, string>();
    const follow = async (doctors: readonly Schemas["DoctorChange"][]): Promise<void> => {
      const texts = new Map(doctors.map(({ doctor_id, change }) => [doctor_id, change]));
      const before = columns();
      const known = new Set(before.map(({ doctor }) => doctor.id));
      const isNew = (id: number, state: string): boolean => {
        const isSeen = seen.get(id) === state;
        seen.set(id, state);
        return !isSeen;
      };
      const stale = before.filter(({ doctor: { id }, change, next_free }) => {
        const text = texts.get(id) ?? "";
        const over = next_free !== null && Date.parse(next_free) + LATE_START_MS <= now();
        return (text !== change || over) && isNew(id, `${text} ${next_free}`);
      });
      const strangers = doctors.filter(({ doctor_id, change }) => !known.has(doctor_id) && isNew(doctor_id, change));
      const ids = stale.map(({ doctor }) => doctor.id);
      if (ids.length > MOST_AT_ONCE || (latest.current.more === null && strangers.length > 0)) latest.current.again();
      else if (ids.length > 0 && !(await reload(ids))) for (const id of ids) seen.delete(id);
    };
    const ask = async (): Promise<void> => {
      if (asking || document.visibilityState !== "visible" || !latest.current.data) return;
      asking = true;
      const answer = await outcome(api.GET("/api/reception/board/changes", { params: { query: { day } } }));
      if (shown) setBehind(!answer.ok);
      if (shown && answer.ok) await follow(answer.data.doctors);
      asking = false;
    };
    const timer = setInterval(() => void ask(), POLL_MS);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [day, reload]);
  return { list, behind, put, reload };
}

/** The patients in the waiting room, in order of arrival. */
export function waiting(doctors: readonly BoardDoctor[]): Placed[] {
  return doctors
    .flatMap(({ doctor, visits }) => visits.map((visit) => ({ ...visit, doctor })))
    .filter(({ status }) => status === "arrived")
    .sort((one, other) => (one.arrived_at ?? "").localeCompare(other.arrived_at ?? "") || one.id - other.id);
}

/** Whether the visit should have started and the patient has not arrived; time passes between two answers. */
export function isLate({ status, starts_at }: Pick<BoardVisit, "status" | "starts_at">): boolean {
  return (status === "booked" || status === "confirmed") && Date.parse(starts_at) < now();
}

function read(day: Day, query: { limit?: number; cursor?: string; doctor_id?: number }) {
  return outcome(api.GET("/api/reception/board", { params: { query: { day, ...query } } }));
}
