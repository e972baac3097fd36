/** The administrator's pages; the start page is bundled. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";
import Overview from "./overview/overview";

export const pages: readonly OwnPage[] = [
  ["/admin", async () => ({ default: Overview })],
  ["/admin/doctors", () => import("./doctors/doctors")],
  ["/admin/doctors/new", () => import("./doctors/new-doctor")],
  ["/admin/doctors/:id", () => import("./doctors/doctor")],
  ["/admin/people", () => import("./people/people")],
  ["/admin/people/:id", () => import("./people/person")],
  ["/admin/appointments", () => import("./visits/appointments")],
  ["/admin/appointments/new", () => import("./visits/phone-booking")],
  ["/admin/appointments/reassign", () => import("./visits/reassign")],
  ["/admin/refills", async () => (await Promise.all([import("./refills/refills"), loadMessages("refills")]))[0]],
  ["/admin/tests", () => import("./catalogue/tests")],
  ["/admin/lab-hours", () => import("./catalogue/hours")],
  ["/admin/analytes", () => import("./catalogue/analytes")],
  ["/admin/analytes/:code", () => import("./catalogue/analyte")],
  ["/admin/tests/:code", () => import("./catalogue/test")],
  ["/admin/note-templates", async () => (await Promise.all([import("./templates"), loadMessages("templates")]))[0]],
  ["/admin/audit", async () => (await Promise.all([import("./audit/audit"), loadMessages("trail")]))[0]],
];
