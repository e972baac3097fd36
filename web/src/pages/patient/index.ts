/** The patient's pages; the one it begins with comes along. Patterns are tried in order. */
import { enter } from "../../lib/i18n";
import type { OwnPage } from "../../routes";
import Home from "./home";

export const pages: readonly OwnPage[] = [
  ["/home", async () => ({ default: Home })],
  ["/appointments", () => import("./appointments")],
  ["/appointments/:id", () => import("./appointment")],
  ["/appointments/:id/move", () => import("./move")],
  ["/prescriptions", () => import("./prescriptions")],
  ["/prescriptions/:id", () => import("./prescription")],
  ["/referrals", () => import("./referrals")],
  ["/referrals/:id", () => import("./referral")],
  ["/labs", () => import("./labs")],
  ["/labs/bookings", () => import("./lab-bookings")],
  ["/labs/bookings/:id", () => import("./lab-booking")],
  ["/labs/:code/book", () => import("./lab-book")],
  ["/results", () => import("./results")],
  ["/results/trends/:code", () => import("./trend")],
  ["/results/:id", () => import("./result")],
  ["/profile", () => import("./profile")],
  ["/access-log", async () => (await Promise.all([import("./access-log"), enter("trail")]))[0]],
];
