/** The pages of reception, which administrators open too, but the start page. Patterns are tried in order. */
import type { OwnPage } from "../../lib/routing/page";

export const pages: readonly OwnPage[] = [
  ["/desk/appointments", () => import("./visits/appointments")],
  ["/desk/appointments/new", () => import("./visits/phone-booking")],
  ["/desk/appointments/reassign", () => import("./visits/reassign")],
  ["/desk/board", () => import("./board/board")],
  ["/desk/patients", () => import("./patients/patients")],
  ["/desk/patients/new", () => import("./patients/new-patient")],
  ["/desk/patients/:id", () => import("./patients/patient")],
];
