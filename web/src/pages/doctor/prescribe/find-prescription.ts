/** Finds one prescription of a doctor, for which the API has no endpoint. */
import { api, type Outcome, outcome, type Problem, type Schemas } from "../../../api/client";

type Prescription = Schemas["Prescription"];

/** Search the patient's chart, which holds other doctors' prescriptions, then the doctor's own. Unknown: `not_found`. */
export async function loadPrescription(id: number, patient: number | null): Promise<Outcome<Prescription, Problem>> {
  if (patient === null) return among(id, null);
  const path = { patient_id: patient };
  const chart = await outcome(api.GET("/api/doctor/patients/{patient_id}", { params: { path } }));
  const of = chart.ok ? chart.data.prescriptions.find((one) => one.id === id) : undefined;
  if (chart.ok && of) return { ok: true, data: of };
  // no longer in their care, or too old for the chart
  return among(id, patient);
}

async function among(id: number, patient: number | null): Promise<Outcome<Prescription, Problem>> {
  let cursor: string | null = null;
  do {
    const query: { patient_id?: number; cursor?: string; limit: number } = {
      ...(patient && { patient_id: patient }),
      ...(cursor && { cursor }),
      limit: 100,
    };
    const page: Outcome<Schemas["Prescriptions"], Problem> = await outcome(
      api.GET("/api/doctor/prescriptions", { params: { query } }),
    );
    if (!page.ok) return page;
    const of = page.data.items.find((one) => one.id === id);
    if (of) return { ok: true, data: of };
    cursor = page.data.next_cursor;
  } while (cursor !== null);
  return NOT_FOUND;
}

/** The API's own refusal for unknown records. */
export const NOT_FOUND = {
  ok: false,
  problem: {
    type: "/docs/problems#not_found",
    title: "",
    status: 404,
    detail: "",
    code: "not_found",
    request_id: "",
  },
  retryAfter: null,
} as const;
