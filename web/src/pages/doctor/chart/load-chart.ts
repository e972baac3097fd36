/** Loads a chart, and saves one of its two lists without overwriting concurrent changes. */
import { api, type NoAnswer, type Outcome, outcome, type Problem } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import type { Loaded } from "../../../lib/loading/query";
import type { Chart } from "./record";

export function loadChart(patient: number) {
  return outcome(api.GET("/api/doctor/patients/{patient_id}", { params: { path: { patient_id: patient } } }));
}

/** Send a change and show the result; after a conflict, show the current chart. */
export async function keep<E extends Problem>(
  sent: Promise<Outcome<Partial<Chart>, E>>,
  chart: Chart,
  of: Loaded<Chart>,
  fields: readonly string[],
): Promise<Mistake[]> {
  const answer = await sent;
  if (answer.ok) {
    of.put({ ...chart, ...answer.data });
    return [];
  }
  const problem: Problem | NoAnswer = answer.problem;
  if (problem.code !== "stale") return mistakes(problem, answer.retryAfter, fields);
  const newest = await loadChart(chart.patient.id);
  if (newest.ok) of.put(newest.data);
  return [{ field: null, message: t("own_chart.stale") }];
}
