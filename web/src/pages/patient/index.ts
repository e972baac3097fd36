/** The patient's pages; the start page is bundled. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";
import Home from "./home/home";

export const pages: readonly OwnPage[] = [
  ["/home", async () => ({ default: Home })],
  ["/appointments", () => import("./visits/appointments")],
  ["/appointments/:id", () => import("./visits/appointment")],
  ["/appointments/:id/move", () => import("./visits/move")],
  ["/prescriptions", () => import("./prescriptions/prescriptions")],
  ["/prescriptions/:id", () => import("./prescriptions/prescription")],
  ["/referrals", () => import("./referrals/referrals")],
  ["/referrals/:id", () => import("./referrals/referral")],
  ["/labs", () => import("./labs/labs")],
  ["/labs/bookings", () => import("./labs/bookings")],
  ["/labs/bookings/:id", () => import("./labs/booking")],
  ["/labs/:code/book", () => import("./labs/book")],
  ["/results", () => import("./results/results")],
  ["/results/trends/:code", () => import("./results/trend")],
  ["/results/:id", () => import("./results/result")],
  ["/record", async () => (await Promise.all([import("./record/record"), loadMessages("record")]))[0]],
  ["/profile", () => import("./profile/profile")],
  ["/access-log", async () => (await Promise.all([import("./profile/access-log"), loadMessages("trail")]))[0]],
];
