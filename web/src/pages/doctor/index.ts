/** The doctor's pages; the one it begins with comes along. Patterns are tried in order. */
import type { OwnPage } from "../../routes";
import Today from "./today";

export const pages: readonly OwnPage[] = [
  ["/doctor", async () => ({ default: Today })],
  ["/doctor/week", () => import("./week")],
  ["/doctor/visits/:id", () => import("./visit")],
  ["/doctor/patients", () => import("./patients")],
  ["/doctor/patients/:id", () => import("./chart")],
  ["/doctor/emergency", () => import("./emergency")],
  ["/doctor/prescriptions/new", () => import("./prescribe")],
  ["/doctor/prescriptions/:id", () => import("./prescription")],
  ["/doctor/referrals", () => import("./referrals")],
  ["/doctor/referrals/new", () => import("./refer")],
  ["/doctor/orders/new", () => import("./order")],
  ["/doctor/results", () => import("./results")],
  ["/doctor/availability", () => import("./availability")],
  ["/doctor/profile", () => import("./profile")],
];
