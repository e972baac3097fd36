/** Books a free time of the doctor, and moves a visit to one; a time that is taken is answered with others. */
import { api, type NoAnswer, type Outcome, outcome, type Problem, type Schemas, unchanged } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { type Instant, span } from "../../../lib/time/time";
import type { Visit } from "../visit/visits";

export type Interval = Schemas["Interval"];
export const INTERVALS: readonly Interval[] = ["1_week", "2_weeks", "6_weeks", "3_months"];

/** A refusal as a sentence, and the nearest free times, if the chosen one is not free. */
export interface Refused {
  say: string;
  others: readonly Instant[];
}

export function loadTimes(patient_id: number, interval: Interval, visit?: number, type?: number) {
  const query = { interval, ...(visit && { appointment_id: visit }), ...(type && { visit_type_id: type }) };
  return outcome(
    api.GET("/api/doctor/patients/{patient_id}/follow-up-times", { params: { path: { patient_id }, query } }),
  );
}

export function book(patient_id: number, body: Schemas["BookFollowUp"]): Promise<Outcome<Visit, Problem>> {
  return outcome(api.POST("/api/doctor/patients/{patient_id}/follow-ups", { params: { path: { patient_id } }, body }));
}

export function move(visit: Visit, starts_at: Instant): Promise<Outcome<Visit, Problem>> {
  const params = { path: { appointment_id: visit.id }, header: unchanged(visit) };
  return outcome(api.PUT("/api/doctor/appointments/{appointment_id}/move", { params, body: { starts_at } }));
}

export function refusedAs(problem: Problem | NoAnswer, retryAfter: number | null): Refused {
  if (problem.code !== "slot_taken" && problem.code !== "patient_busy")
    return { say: problemText(problem, retryAfter), others: [] };
  const other = problem.code === "patient_busy" ? problem.other : null;
  const when = other ? span(other.starts_at, other.ends_at) : "";
  return { say: t(`follow_up.${problem.code}`, { when }), others: problem.alternatives };
}
