/** The pages of reception, which administrators open too, but the start page. Patterns are tried in order. */
import { loadMessages } from "../../lib/i18n/i18n";
import type { OwnPage } from "../../lib/routing/page";

export const pages: readonly OwnPage[] = [
  ["/desk/appointments", () => import("./visits/appointments")],
  ["/desk/appointments/new", () => import("./visits/phone-booking")],
  ["/desk/appointments/reassign", () => import("./visits/reassign")],
  ["/desk/board", () => import("./board/board")],
  ["/desk/to-move", () => import("./to-move/to-move")],
  ["/desk/hours", async () => (await Promise.all([import("./hours/hours"), loadMessages("availability")]))[0]],
  ["/desk/waitlist", async () => (await Promise.all([import("./waitlist/waitlist"), loadMessages("waitlist")]))[0]],
  ["/desk/waitlist/new", async () => (await Promise.all([import("./waitlist/join"), loadMessages("waitlist")]))[0]],
  ["/desk/notices", () => import("./notices/notices")],
  ["/desk/closed-days", async () => (await Promise.all([import("./closed-days"), loadMessages("closed_days")]))[0]],
  ["/desk/screens", async () => (await Promise.all([import("./screens/screens"), loadMessages("screens")]))[0]],
  ["/desk/patients", () => import("./patients/patients")],
  ["/desk/patients/new", () => import("./patients/new-patient")],
  ["/desk/patients/duplicates", () => import("./patients/duplicates")],
  ["/desk/patients/:id", () => import("./patients/patient")],
  ["/desk/patients/:id/merge", () => import("./patients/merge")],
  ["/desk/patients/:id/merged", () => import("./patients/merged")],
];
