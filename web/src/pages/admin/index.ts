/** The administrator's pages but the start page. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";

export const pages: readonly OwnPage[] = [
  ["/admin/doctors", () => import("./doctors/doctors")],
  ["/admin/doctors/new", () => import("./doctors/new-doctor")],
  ["/admin/doctors/:id", () => import("./doctors/doctor")],
  [
    "/admin/closed-days",
    async () => (await Promise.all([import("./closed-days/closed-days"), loadMessages("closed_days")]))[0],
  ],
  [
    "/admin/specialty-ages",
    async () => (await Promise.all([import("./specialty-ages/specialty-ages"), loadMessages("specialty_ages")]))[0],
  ],
  [
    "/admin/visit-types",
    async () => (await Promise.all([import("./visit-types/visit-types"), loadMessages("visit_types")]))[0],
  ],
  ["/admin/people", () => import("./people/people")],
  ["/admin/people/approvals", () => import("./people/approvals")],
  [
    "/admin/people/:id/bookings",
    async () => (await Promise.all([import("./people/account-bookings"), loadMessages("bookings")]))[0],
  ],
  [
    "/admin/people/:id/sessions",
    async () => (await Promise.all([import("./people/account-sessions"), loadMessages("account")]))[0],
  ],
  ["/admin/people/:id", async () => (await Promise.all([import("./people/person"), loadMessages("account")]))[0]],
  ["/admin/refills", async () => (await Promise.all([import("./refills/refills"), loadMessages("refills")]))[0]],
  ["/admin/tests", () => import("./catalogue/tests")],
  ["/admin/lab-hours", () => import("./catalogue/hours")],
  ["/admin/analytes", () => import("./catalogue/analytes")],
  ["/admin/analytes/:code", () => import("./catalogue/analyte")],
  ["/admin/tests/:code", () => import("./catalogue/test")],
  ["/admin/note-templates", async () => (await Promise.all([import("./templates"), loadMessages("templates")]))[0]],
  [
    "/admin/emergency-access",
    async () => (await Promise.all([import("./audit/emergency-access"), loadMessages("bookings")]))[0],
  ],
  ["/admin/audit", async () => (await Promise.all([import("./audit/audit"), loadMessages("trail")]))[0]],
];
