/** The doctor's pages but the start page. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";

export const pages: readonly OwnPage[] = [
  ["/doctor/week", () => import("./today/week")],
  [
    "/doctor/visits/:id/move",
    async () => (await Promise.all([import("./follow-up/move"), loadMessages("follow_ups")]))[0],
  ],
  [
    "/doctor/visits/:id/series",
    async () => (await Promise.all([import("./follow-up/series"), loadMessages("follow_ups", "series")]))[0],
  ],
  [
    "/doctor/visits/:id",
    async () => (await Promise.all([import("./visit/visit"), loadMessages("visit", "vitals")]))[0],
  ],
  ["/doctor/patients", () => import("./patients/patients")],
  [
    "/doctor/patients/:id",
    async () => (await Promise.all([import("./chart/chart"), loadMessages("vitals", "changes")]))[0],
  ],
  ["/doctor/emergency", () => import("./patients/emergency")],
  [
    "/doctor/prescriptions/new",
    async () => (await Promise.all([import("./prescribe/prescribe"), loadMessages("prescribe")]))[0],
  ],
  [
    "/doctor/prescriptions/:id",
    async () => (await Promise.all([import("./prescribe/prescription"), loadMessages("prescribe")]))[0],
  ],
  [
    "/doctor/certificates",
    async () => (await Promise.all([import("./certificates/certificates"), loadMessages("certificates")]))[0],
  ],
  [
    "/doctor/certificates/new",
    async () => (await Promise.all([import("./certificates/certify"), loadMessages("certificates")]))[0],
  ],
  [
    "/doctor/certificates/:id",
    async () => (await Promise.all([import("./certificates/certificate"), loadMessages("certificates")]))[0],
  ],
  ["/doctor/referrals", async () => (await Promise.all([import("./referrals/referrals"), loadMessages("letters")]))[0]],
  ["/doctor/referrals/new", async () => (await Promise.all([import("./referrals/refer"), loadMessages("letters")]))[0]],
  ["/doctor/orders", () => import("./order/orders")],
  ["/doctor/orders/new", () => import("./order/order")],
  ["/doctor/orders/:id", () => import("./order/change")],
  ["/doctor/results", () => import("./results/results")],
  [
    "/doctor/critical/:id",
    async () => (await Promise.all([import("./critical/critical"), loadMessages("critical")]))[0],
  ],
  [
    "/doctor/refills",
    async () => (await Promise.all([import("./refills/refills"), loadMessages("prescribe", "refills")]))[0],
  ],
  ["/doctor/note-templates", async () => (await Promise.all([import("./templates"), loadMessages("templates")]))[0]],
  ["/doctor/handovers", () => import("./handovers")],
  [
    "/doctor/availability",
    async () => (await Promise.all([import("./availability/availability"), loadMessages("availability")]))[0],
  ],
  [
    "/doctor/visit-types",
    async () => (await Promise.all([import("./visit-types/visit-types"), loadMessages("visit_types")]))[0],
  ],
  ["/doctor/profile", () => import("./profile")],
  [
    "/doctor/profile/calendars",
    async () => (await Promise.all([import("../../ui/calendars/calendars"), loadMessages("account", "calendars")]))[0],
  ],
];
