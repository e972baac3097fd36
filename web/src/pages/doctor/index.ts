/** The doctor's pages; the start page is bundled. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";
import Today from "./today/today";

export const pages: readonly OwnPage[] = [
  ["/doctor", async () => ({ default: Today })],
  ["/doctor/week", () => import("./today/week")],
  ["/doctor/visits/:id", async () => (await Promise.all([import("./visit/visit"), loadMessages("visit")]))[0]],
  ["/doctor/patients", () => import("./patients/patients")],
  ["/doctor/patients/:id", () => import("./chart/chart")],
  ["/doctor/emergency", () => import("./patients/emergency")],
  ["/doctor/prescriptions/new", () => import("./prescribe/prescribe")],
  ["/doctor/prescriptions/:id", () => import("./prescribe/prescription")],
  ["/doctor/referrals", () => import("./referrals/referrals")],
  ["/doctor/referrals/new", () => import("./referrals/refer")],
  ["/doctor/orders", () => import("./order/orders")],
  ["/doctor/orders/new", () => import("./order/order")],
  ["/doctor/orders/:id", () => import("./order/change")],
  ["/doctor/results", () => import("./results/results")],
  [
    "/doctor/critical/:id",
    async () => (await Promise.all([import("./critical/critical"), loadMessages("critical")]))[0],
  ],
  ["/doctor/note-templates", async () => (await Promise.all([import("./templates"), loadMessages("templates")]))[0]],
  ["/doctor/handovers", () => import("./handovers")],
  ["/doctor/availability", () => import("./availability/availability")],
  ["/doctor/profile", () => import("./profile")],
];
