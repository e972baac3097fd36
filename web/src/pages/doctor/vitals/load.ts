/** Loading of a patient's vital signs, newest first, and marking a set as entered in error. */
import { api, outcome, unchanged } from "../../../api/client";
import type { VitalSigns } from "../../../lib/clinical/vitals";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { type Pages, usePages } from "../../../lib/loading/query";

const PAGE = 100;

export type Vitals = Pages<VitalSigns>;

export function useVitals(patient: number): Vitals {
  return usePages(
    (cursor) => {
      const params = { path: { patient_id: patient }, query: { limit: PAGE, ...(cursor && { cursor }) } };
      return outcome(api.GET("/api/doctor/patients/{patient_id}/vitals", { params }));
    },
    [patient],
  );
}

/** Mark a set with a reason; one that a colleague has marked meanwhile counts as done. */
export async function markInError(of: VitalSigns, reason: string): Promise<Mistake[]> {
  const params = { path: { vitals_id: of.id }, header: unchanged(of) };
  const done = await outcome(api.PUT("/api/doctor/vitals/{vitals_id}/entered-in-error", { params, body: { reason } }));
  return done.ok || done.problem.code === "stale" ? [] : mistakes(done.problem, done.retryAfter, ["reason"]);
}
