/** The filter of the audit in the address. Days are whole days of the clinic. */
import type { Schemas } from "../../../api/client";
import { idOf } from "../../../lib/loading/all-pages";
import { addDays, type Day, instantOf, isDay } from "../../../lib/time/time";

export type AuditEvent = Schemas["AuditEvent"];

export interface Filters {
  from: Day | null;
  to: Day | null;
  account_id: number | null;
  patient_id: number | null;
  action: string | null;
  outcome: string | null;
}

/** The format of codes and operation ids; other values are ignored. */
const CODE = /^[a-z][a-z0-9_]{0,63}$/;

export function filtersOf(query: URLSearchParams): Filters {
  const day = (name: string) => (isDay(query.get(name)) ? (query.get(name) as Day) : null);
  const code = (name: string) => (CODE.test(query.get(name) ?? "") ? query.get(name) : null);
  return {
    from: day("from"),
    to: day("to"),
    account_id: idOf(query.get("account_id")),
    patient_id: idOf(query.get("patient_id")),
    action: code("action"),
    outcome: code("outcome"),
  };
}

/** The query of the API: from the first day's midnight to the midnight that ends the last day. */
export function apiQueryOf({ from, to, account_id, patient_id, action, outcome }: Filters) {
  return {
    ...(from && { from: instantOf(from, "00:00") }),
    ...(to && { to: instantOf(addDays(to, 1), "00:00") }),
    ...(account_id && { account_id }),
    ...(patient_id && { patient_id }),
    ...(action && { action }),
    ...(outcome && { outcome }),
  };
}
