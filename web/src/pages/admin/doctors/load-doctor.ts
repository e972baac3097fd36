/** Loads one doctor as administrators see them. */
import { api, outcome } from "../../../api/client";

export function loadDoctor(doctor_id: number) {
  return outcome(api.GET("/api/admin/doctors/{doctor_id}", { params: { path: { doctor_id } } }));
}
