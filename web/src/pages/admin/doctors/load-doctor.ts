/** Load one doctor for administrators. */
import { api, outcome } from "../../../api/client";

export function loadDoctor(doctor_id: number) {
  return outcome(api.GET("/api/admin/doctors/{doctor_id}", { params: { path: { doctor_id } } }));
}
