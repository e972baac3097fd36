/** Every page: its address, its role, its code and its messages. */
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
    ["/password", async () => (await Promise.all([import("./pages/account/password"), loadMessages("account")]))[0]],
    ["/help", () => import("./pages/public/help")],
    ["/accessibility", () => import("./pages/public/accessibility")],
  ],
  account: [["/security", () => import("./pages/account/security") as Promise<{ default: ComponentType<PageProps> }>]],
  patient: [
    ["/doctors", () => import("./pages/patient/book/doctors")],
    ["/doctors/:id", () => import("./pages/patient/book/doctor")],
    ["/doctors/:id/book", () => import("./pages/patient/book/book")],
  ],
};

/** Pages outside the portals that require an account of any role. */
const SIGNED_IN = new Set(["/security"]);

/** The portals; each loads its list of pages with its start page. */
const PORTALS: Readonly<Record<Role, () => Promise<{ pages: readonly OwnPage[] }>>> = {
  patient: () => import("./pages/patient"),
  doctor: () => import("./pages/doctor"),
  admin: () => import("./pages/admin"),
  lab: () => import("./pages/lab"),
};

/** The portal of an address, by its first path segment. */
const BEGINNINGS: Readonly<Record<string, Role>> = {
  home: "patient",
  appointments: "patient",
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
};

/** The route of an address, or null without a page; inside a portal only `load` can tell. */
export function find(address: string): Route | null {
  const path = address.length > 1 ? address.replace(/\/$/, "") : address;
  for (const [room, pages] of Object.entries(OPEN)) {
    if (pages.some(([pattern]) => match(pattern, path)))
      return {
        path,
        role: SIGNED_IN.has(path) ? "any" : null,
        load: () => drawn(pages as readonly OwnPage[], path, room as Room),
      };
  }
  const role = BEGINNINGS[path.split("/")[1] ?? ""];
  if (!role) return null;
  return {
    path,
    role,
    load: async () => {
      const [{ pages }] = await Promise.all([PORTALS[role](), loadMessages("ui", role)]);
      return drawn(pages, path, role);
    },
  };
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
