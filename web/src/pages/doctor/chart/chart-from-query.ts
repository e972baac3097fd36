/** The chart of the patient in the query: `?patient=`, otherwise the patient of `?visit=`. */
import { api, type Outcome, outcome, type Problem, type Schemas } from "../../../api/client";
import { loadVisit } from "../visit/visits";

export interface ChartQuery {
  patient: number | null;
  visit: number | null;
}

export function chartQueryOf(query: URLSearchParams): ChartQuery {
  return { patient: idIn(query.get("patient")), visit: idIn(query.get("visit")) };
}

export async function loadQueriedChart({ patient, visit }: ChartQuery): Promise<Outcome<Schemas["Chart"], Problem>> {
  let patient_id = patient ?? 0;
  if (patient === null && visit !== null) {
    const found = await loadVisit(visit);
    if (!found.ok) return found;
    patient_id = found.data.patient.id;
  }
  return outcome(api.GET("/api/doctor/patients/{patient_id}", { params: { path: { patient_id } } }));
}

/** The page to return to: the visit or the chart. */
export function backTo({ visit }: ChartQuery, patient: number): string {
  return visit === null ? `/doctor/patients/${patient}` : `/doctor/visits/${visit}`;
}

/** An id in the address; null if invalid. */
export function idIn(text: string | null): number | null {
  return text && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
