/** The rule of services/appointments: the doctor moves own visits that have not begun. */
import type { Visit } from "../visit/visits";

const MOVABLE = ["booked", "confirmed", "arrived"];

export function isMovable({ status, doctor }: Visit, me: number): boolean {
  return doctor.id === me && MOVABLE.includes(status);
}
