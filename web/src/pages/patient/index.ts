/** The patient's pages but the start page. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";

export const pages: readonly OwnPage[] = [
  ["/appointments", () => import("./visits/appointments")],
  ["/appointments/:id", () => import("./visits/appointment")],
  ["/appointments/:id/move", () => import("./visits/move")],
  ["/waitlist", async () => (await Promise.all([import("./waitlist/waitlist"), loadMessages("waitlist")]))[0]],
  ["/waitlist/new", async () => (await Promise.all([import("./waitlist/join"), loadMessages("waitlist")]))[0]],
  ["/prescriptions", () => withRefills(import("./prescriptions/prescriptions"))],
  ["/prescriptions/:id", () => withRefills(import("./prescriptions/prescription"))],
  ["/referrals", () => import("./referrals/referrals")],
  ["/referrals/:id", async () => (await Promise.all([import("./referrals/referral"), loadMessages("letters")]))[0]],
  [
    "/certificates",
    async () => (await Promise.all([import("./certificates/certificates"), loadMessages("certificates")]))[0],
  ],
  [
    "/certificates/:id",
    async () => (await Promise.all([import("./certificates/certificate"), loadMessages("certificates")]))[0],
  ],
  ["/labs", () => import("./labs/labs")],
  ["/labs/bookings", () => import("./labs/bookings")],
  ["/labs/bookings/:id", () => import("./labs/booking")],
  ["/labs/:code/book", () => import("./labs/book")],
  [
    "/profile/calendars",
    async () => (await Promise.all([import("../../ui/calendars/calendars"), loadMessages("account", "calendars")]))[0],
  ],
  ["/results", () => import("./results/results")],
  ["/results/trends/:code", () => import("./results/trend")],
  ["/results/:id", () => import("./results/result")],
  [
    "/record",
    async () => (await Promise.all([import("./record/record"), loadMessages("record", "account", "vitals")]))[0],
  ],
  ["/profile", async () => (await Promise.all([import("./profile/profile"), loadMessages("account")]))[0]],
  ["/access-log", async () => (await Promise.all([import("./profile/access-log"), loadMessages("trail")]))[0]],
];

/** The module of a page that shows requests for refills, after their messages are loaded. */
async function withRefills<T>(page: Promise<T>): Promise<T> {
  return (await Promise.all([page, loadMessages("refills")]))[0];
}
