/** New times for visits reassigned to another doctor. */
import type { Schemas } from "../../../api/client";

export type Slot = Schemas["Slot"];
type Visit = { id: number; starts_at: string };

/** A free time for each visit: the same if free, otherwise the nearest; null if none is left. None overlap. */
export function propose(visits: readonly Visit[], free: readonly Slot[]): Map<number, Slot | null> {
  const plan = new Map<number, Slot | null>();
  let left = [...free];
  const give = (visit: Visit, slot: Slot): void => {
    plan.set(visit.id, slot);
    left = left.filter((other) => !overlap(other, slot));
  };
  // unchanged times are assigned before the nearest ones
  for (const visit of visits) {
    const same = left.find(({ starts_at }) => Date.parse(starts_at) === Date.parse(visit.starts_at));
    if (same) give(visit, same);
  }
  for (const visit of visits.filter(({ id }) => !plan.has(id))) {
    const nearest = left.toSorted((one, other) => apart(one, visit) - apart(other, visit))[0];
    if (nearest) give(visit, nearest);
    else plan.set(visit.id, null);
  }
  return plan;
}

/** The free times of a visit that overlap no other time of the plan. */
export function choices(visit: Visit, plan: ReadonlyMap<number, Slot | null>, free: readonly Slot[]): Slot[] {
  const others = [...plan].flatMap(([id, slot]) => (id !== visit.id && slot ? [slot] : []));
  return free.filter((slot) => !others.some((other) => overlap(slot, other)));
}

function overlap(one: Slot, other: Slot): boolean {
  return Date.parse(one.starts_at) < Date.parse(other.ends_at) && Date.parse(other.starts_at) < Date.parse(one.ends_at);
}

function apart(slot: Slot, visit: Visit): number {
  return Math.abs(Date.parse(slot.starts_at) - Date.parse(visit.starts_at));
}
