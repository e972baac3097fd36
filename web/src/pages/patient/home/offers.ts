/** Free times offered on the home page: doctors seen before, then the soonest ones. */
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { isAhead, type Visit } from "../visits/visit";

export type Offer = Schemas["FoundDoctor"] & { next_available: string; seen: boolean };

const OFFERED = 3;
const SEEN = 2;

export async function loadOffers(): Promise<Outcome<Offer[]>> {
  const [visits, found] = await Promise.all([
    outcome(api.GET("/api/appointments", { params: { query: { when: "past", limit: 20 } } })),
    outcome(api.GET("/api/doctors", { params: { query: { limit: 50 } } })),
  ]);
  if (!found.ok) return found;
  const known = visits.ok ? visits.data.items.filter(({ status }) => status !== "cancelled") : [];
  const ids = [...new Set(known.map(({ doctor }) => doctor.id))].slice(0, SEEN);
  const others = found.data.items.filter(({ id }) => !ids.includes(id)).sort(bySoonest);
  const seen = (await Promise.all(ids.map((id) => doctor(id, found.data.items)))).filter((one) => one !== null);
  const offers = [...seen, ...others].filter(canBeBooked).map((one) => ({ ...one, seen: ids.includes(one.id) }));
  return { ok: true, data: offers };
}

/** The first offers that do not overlap the patient's own visits. */
export function offered(offers: readonly Offer[], visits: readonly Visit[] = []): Offer[] {
  const during = (at: number, { starts_at, ends_at }: Visit): boolean =>
    Date.parse(starts_at) <= at && at < Date.parse(ends_at);
  const isFree = (at: number): boolean => !visits.some((visit) => isAhead(visit) && during(at, visit));
  return offers.filter(({ next_available }) => isFree(Date.parse(next_available))).slice(0, OFFERED);
}

/** Null for a doctor who has left; the offer is dropped without a message. */
async function doctor(id: number, found: readonly Schemas["FoundDoctor"][]): Promise<Schemas["FoundDoctor"] | null> {
  const known = found.find((one) => one.id === id);
  if (known) return known;
  const answer = await outcome(api.GET("/api/doctors/{doctor_id}", { params: { path: { doctor_id: id } } }));
  return answer.ok ? answer.data : null;
}

function canBeBooked<D extends Schemas["FoundDoctor"]>(one: D): one is D & { next_available: string } {
  return one.booking === "online" && one.next_available !== null;
}

function bySoonest(one: Schemas["FoundDoctor"], other: Schemas["FoundDoctor"]): number {
  // UTC instants sort as text; doctors without a free time come last
  return (one.next_available ?? "9").localeCompare(other.next_available ?? "9");
}
