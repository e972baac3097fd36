/** The administrator's pages; the one it begins with comes along. Patterns are tried in order. */
import { enter } from "../../lib/i18n";
import type { OwnPage } from "../../routes";
import Overview from "./overview";

export const pages: readonly OwnPage[] = [
  ["/admin", async () => ({ default: Overview })],
  ["/admin/doctors", () => import("./doctors")],
  ["/admin/doctors/new", () => import("./new-doctor")],
  ["/admin/doctors/:id", () => import("./doctor")],
  ["/admin/people", () => import("./people")],
  ["/admin/people/:id", () => import("./person")],
  ["/admin/appointments", () => import("./appointments")],
  ["/admin/appointments/new", () => import("./phone-booking")],
  ["/admin/appointments/reassign", () => import("./reassign")],
  ["/admin/tests", () => import("./tests")],
  ["/admin/tests/:code", () => import("./test")],
  ["/admin/audit", async () => (await Promise.all([import("./audit"), enter("trail")]))[0]],
];
