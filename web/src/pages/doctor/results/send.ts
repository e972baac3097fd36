/** The request of a review, for the version that is on the screen. */
import { api, type Outcome, outcome, type Schemas, unchanged } from "../../../api/client";
import type { Result } from "./groups";

export function send(result: Result, body: Schemas["ReviewResult"]): Promise<Outcome<Result>> {
  const params = { path: { result_id: result.id }, header: unchanged(result) };
  return outcome(api.PUT("/api/doctor/lab-results/{result_id}", { params, body })) as Promise<Outcome<Result>>;
}
