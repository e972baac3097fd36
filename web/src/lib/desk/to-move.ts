/** Visits to move at the desk, and the times chosen for them. */
import { api, outcome, type Schemas } from "../../api/client";

export type VisitToMove = Schemas["VisitToMove"];
export type Suggestion = Schemas["SuggestedTime"];
/** The chosen time by visit; null: it stays. A visit without an entry has its first suggestion. */
export type Chosen = ReadonlyMap<number, Suggestion | null>;

/** Visits that one request moves. */
const MOST = 50;

export function load(cursor?: string) {
  return outcome(api.GET("/api/reception/to-move", { params: { query: { limit: MOST, ...(cursor && { cursor }) } } }));
}

/** The time that a visit moves to, or null. Staff overbooked some visits on purpose: these stay unless a time is chosen. */
export function timeOf(visit: VisitToMove, chosen: Chosen): Suggestion | null {
  const picked = chosen.get(visit.id);
  if (picked !== undefined) return picked;
  return visit.overbook_reason === null ? (visit.suggestions[0] ?? null) : null;
}

/** The times to choose from: the suggestions that no other visit has chosen. */
export function choices(visit: VisitToMove, visits: readonly VisitToMove[], chosen: Chosen): Suggestion[] {
  const others = visits.filter(({ id }) => id !== visit.id).flatMap((other) => timeOf(other, chosen) ?? []);
  return visit.suggestions.filter((one) => !others.some((other) => keyOf(other) === keyOf(one)));
}

/** Names a doctor and a time. */
export function keyOf({ doctor, starts_at }: Suggestion): string {
  return `${doctor.id} ${starts_at}`;
}

/** Move visits to their chosen times, at most 50 at once. */
export function moveAll(visits: readonly VisitToMove[], chosen: Chosen) {
  const moves = visits.flatMap((visit) => {
    const time = timeOf(visit, chosen);
    if (!time) return [];
    const { id: appointment_id, version } = visit;
    return [{ appointment_id, version, starts_at: time.starts_at, doctor_id: time.doctor.id }];
  });
  return outcome(api.POST("/api/reception/moves", { body: { moves: moves.slice(0, MOST) } }));
}
