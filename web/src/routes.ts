/** Every page: its address, its roles, its code and its messages. */
import type { ComponentType } from "preact";
import type { Role } from "./api/client";
import { loadMessages, type Room } from "./lib/i18n/i18n";
import type { Found, OwnPage, Page, PageProps, Route } from "./lib/routing/page";
import { match } from "./lib/routing/router";

/** Public pages. */
const OPEN: Readonly<Partial<Record<Room, readonly Page<PageProps>[]>>> = {
  public: [
    ["/", () => import("./pages/public/landing")],
    ["/sign-in", () => import("./pages/public/sign-in")],
    ["/register", () => import("./pages/public/register")],
    ["/password", () => worded(import("./pages/account/password"), "account")],
    ["/confirm-email", () => worded(import("./pages/account/confirm-email"), "account")],
    ["/privacy", () => worded(import("./pages/public/privacy"), "privacy")],
    ["/reminders-off", () => import("./pages/public/reminders-off")],
    ["/check-in", () => import("./pages/public/check-in")],
    ["/help", () => import("./pages/public/help")],
    ["/accessibility", () => import("./pages/public/accessibility")],
  ],
  screens: [["/screen", () => import("./pages/public/screen/screen")]],
  account: [
    ["/security", () => import("./pages/account/security") as Promise<{ default: ComponentType<PageProps> }>],
    ["/side", () => import("./pages/account/side") as Promise<{ default: ComponentType<PageProps> }>],
  ],
  patient: [
    ["/doctors", () => import("./pages/patient/book/doctors")],
    ["/doctors/:id", () => import("./pages/patient/book/doctor")],
    ["/doctors/:id/book", () => import("./pages/patient/book/book")],
  ],
};

/** Pages outside the portals that require an account of any role. */
const SIGNED_IN = new Set(["/security", "/side"]);

type Portal = "patient" | "doctor" | "admin" | "lab" | "desk";

/** The start page of each portal, which opens without the portal's list of pages. */
const STARTS: Readonly<Record<Portal, OwnPage>> = {
  patient: ["/home", () => import("./pages/patient/home/home")],
  doctor: ["/doctor", () => import("./pages/doctor/today/today")],
  admin: ["/admin", () => import("./pages/admin/overview/overview")],
  lab: ["/lab", () => import("./pages/lab/worklist")],
  desk: ["/desk", () => import("./pages/desk/today")],
};

/** The other pages of the portals. */
const PORTALS: Readonly<Record<Portal, () => Promise<{ pages: readonly OwnPage[] }>>> = {
  patient: () => import("./pages/patient"),
  doctor: () => import("./pages/doctor"),
  admin: () => import("./pages/admin"),
  lab: () => import("./pages/lab"),
  desk: () => import("./pages/desk"),
};

/** The roles that may open a portal. */
const ADMITTED: Readonly<Record<Portal, readonly Role[]>> = {
  patient: ["patient"],
  doctor: ["doctor"],
  admin: ["admin"],
  lab: ["lab"],
  desk: ["reception", "admin"],
};

/** The portal of an address, by its first path segment. */
const BEGINNINGS: Readonly<Record<string, Portal>> = {
  home: "patient",
  appointments: "patient",
  waitlist: "patient",
  prescriptions: "patient",
  referrals: "patient",
  certificates: "patient",
  labs: "patient",
  results: "patient",
  profile: "patient",
  record: "patient",
  "access-log": "patient",
  doctor: "doctor",
  admin: "admin",
  lab: "lab",
  desk: "desk",
};

/** The route of an address, or null without a page; inside a portal only `load` can tell. */
export function find(address: string): Route | null {
  const path = address.length > 1 ? address.replace(/\/$/, "") : address;
  for (const [room, pages] of Object.entries(OPEN)) {
    if (pages.some(([pattern]) => match(pattern, path)))
      return {
        path,
        roles: SIGNED_IN.has(path) ? "any" : null,
        load: () => drawn(pages as readonly OwnPage[], path, room as Room),
      };
  }
  const portal = BEGINNINGS[path.split("/")[1] ?? ""];
  if (!portal) return null;
  const start = STARTS[portal];
  return {
    path,
    roles: ADMITTED[portal],
    load: async () => drawn(await (path === start[0] ? [start] : listed(portal)), path, portal),
  };
}

/** The list of a portal's pages; `drawn` waits for the portal's messages, which begin to load with it. */
async function listed(name: Portal): Promise<readonly OwnPage[]> {
  const portal = PORTALS[name]();
  void loadMessages("ui", name).catch(() => {});
  return (await portal).pages;
}

/** The module of a page, after its messages are loaded. */
function worded<T>(page: Promise<T>, room: Room): Promise<T> {
  return Promise.all([page, loadMessages(room)]).then(([code]) => code);
}

async function drawn(pages: readonly OwnPage[], path: string, room: Room): Promise<Found | null> {
  for (const [pattern, code] of pages) {
    const params = match(pattern, path);
    if (!params) continue;
    const [{ default: draw }] = await Promise.all([code(), loadMessages("ui", room)]);
    return { draw, pattern, params };
  }
  return null;
}
