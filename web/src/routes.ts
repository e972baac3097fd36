/** Every page: its address, who may see it, and where its code and words are. */
import type { ComponentType } from "preact";
import type { Account, Config, Role } from "./api/client";
import { enter, type Key, type Room } from "./lib/i18n";
import { match } from "./lib/router";

export interface PageProps {
  /** The parts of the address that the pattern names. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  config: Config;
  account: Account | null;
}
/** What a page that asks for a role is given. */
export interface OwnProps extends PageProps {
  account: Account;
}

type Page<P> = readonly [pattern: string, code: () => Promise<{ default: ComponentType<P> }>];
/** A page of a role's portal. */
export type OwnPage = Page<OwnProps>;

/** Pages for everybody. */
const OPEN: Readonly<Partial<Record<Room, readonly Page<PageProps>[]>>> = {
  public: [
    ["/", () => import("./pages/public/landing")],
    ["/sign-in", () => import("./pages/public/sign-in")],
    ["/register", () => import("./pages/public/register")],
    ["/password", async () => (await Promise.all([import("./pages/account/password"), enter("account")]))[0]],
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

/** Those of them that are about somebody, whatever their role. */
const SIGNED_IN = new Set(["/security"]);

/** The portals, each a list of pages that comes with the first of them. */
const PORTALS: Readonly<Record<Role, () => Promise<{ pages: readonly OwnPage[] }>>> = {
  patient: () => import("./pages/patient"),
  doctor: () => import("./pages/doctor"),
  admin: () => import("./pages/admin"),
  lab: () => import("./pages/lab"),
};

/** The portal that an address belongs to, by its first part. */
const BEGINNINGS: Readonly<Record<string, Role>> = {
  home: "patient",
  appointments: "patient",
  prescriptions: "patient",
  referrals: "patient",
  labs: "patient",
  results: "patient",
  profile: "patient",
  "access-log": "patient",
  doctor: "doctor",
  admin: "admin",
  lab: "lab",
};

/** Where each role begins. */
export const HOME: Readonly<Record<Role, string>> = {
  patient: "/home",
  doctor: "/doctor",
  admin: "/admin",
  lab: "/lab",
};

/** The navigation of each role. */
export const NAV: Readonly<Record<Role, readonly { href: string; say: Key }[]>> = {
  patient: [
    { href: "/home", say: "nav.home" },
    { href: "/doctors", say: "nav.doctors" },
    { href: "/appointments", say: "nav.appointments" },
    { href: "/results", say: "nav.results" },
    { href: "/prescriptions", say: "nav.prescriptions" },
    { href: "/referrals", say: "nav.referrals" },
    { href: "/labs", say: "nav.labs" },
  ],
  doctor: [
    { href: "/doctor", say: "nav.today" },
    { href: "/doctor/week", say: "nav.week" },
    { href: "/doctor/patients", say: "nav.patients" },
    { href: "/doctor/results", say: "nav.review" },
    { href: "/doctor/referrals", say: "nav.referrals" },
    { href: "/doctor/availability", say: "nav.availability" },
  ],
  admin: [
    { href: "/admin", say: "nav.overview" },
    { href: "/admin/appointments", say: "nav.appointments" },
    { href: "/admin/doctors", say: "nav.doctors.staff" },
    { href: "/admin/people", say: "nav.people" },
    { href: "/admin/tests", say: "nav.tests" },
    { href: "/admin/audit", say: "nav.audit" },
  ],
  lab: [{ href: "/lab", say: "nav.worklist" }],
};

/** Where people change what is known about themselves; the laboratory and administrators have no such page. */
export const PROFILE: Readonly<Partial<Record<Role, string>>> = { patient: "/profile", doctor: "/doctor/profile" };

export interface Route {
  path: string;
  /** Whose portal it is in; "any": that of whoever is signed in; null: everybody's. */
  role: Role | "any" | null;
  load: () => Promise<Found | null>;
}

/** A page's component with what its pattern found in the address. */
export interface Found {
  draw: ComponentType<OwnProps>;
  pattern: string;
  params: Record<string, string>;
}

/** The page at an address, or null where there cannot be one; in a portal that is known only when it is loaded. */
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
      const [{ pages }] = await Promise.all([PORTALS[role](), enter("ui", role)]);
      return drawn(pages, path, role);
    },
  };
}

async function drawn(pages: readonly OwnPage[], path: string, room: Room): Promise<Found | null> {
  for (const [pattern, code] of pages) {
    const params = match(pattern, path);
    if (!params) continue;
    const [{ default: draw }] = await Promise.all([code(), enter("ui", room)]);
    return { draw, pattern, params };
  }
  return null;
}
