/** The start page, the navigation and the profile page of each role. */
import type { Role } from "../../api/client";
import type { Key } from "../i18n/i18n";

/** The start page of each role. */
export const HOME: Readonly<Record<Role, string>> = {
  patient: "/home",
  doctor: "/doctor",
  admin: "/admin",
  lab: "/lab",
  reception: "/desk",
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
    { href: "/desk/appointments", say: "nav.appointments" },
    { href: "/admin/doctors", say: "nav.doctors.staff" },
    { href: "/admin/people", say: "nav.people" },
    { href: "/admin/tests", say: "nav.tests" },
    { href: "/admin/note-templates", say: "nav.templates" },
    { href: "/admin/audit", say: "nav.audit" },
  ],
  lab: [{ href: "/lab", say: "nav.worklist" }],
  reception: [
    { href: "/desk", say: "nav.today" },
    { href: "/desk/board", say: "nav.board" },
    { href: "/desk/appointments", say: "nav.appointments" },
    { href: "/desk/waitlist", say: "nav.waitlist" },
    { href: "/desk/patients", say: "nav.patients" },
    { href: "/desk/notices", say: "nav.notices" },
  ],
};

/** Pages below an entry that do not begin with its address: the start of theirs, and the entry. First match. */
export const BELOW: readonly (readonly [string, string])[] = [
  ["/certificates", "/prescriptions"],
  ["/waitlist", "/appointments"],
  ["/doctor/visits", "/doctor"],
  ["/doctor/note-templates", "/doctor"],
  ["/doctor/handovers", "/doctor"],
  ["/doctor/orders/new", "/doctor/patients"],
  ["/doctor/orders", "/doctor/results"],
  ["/doctor/prescriptions", "/doctor/patients"],
  ["/doctor/certificates", "/doctor/patients"],
  ["/doctor/refills", "/doctor"],
  ["/admin/refills", "/admin"],
  ["/admin/closed-days", "/admin/doctors"],
  ["/admin/specialty-ages", "/admin/doctors"],
  ["/admin/visit-types", "/admin/doctors"],
  ["/doctor/visit-types", "/doctor/availability"],
  ["/admin/emergency-access", "/admin/audit"],
  ["/doctor/emergency", "/doctor/patients"],
  ["/lab", "/lab"],
  ["/desk/patients", "/desk/patients"],
  ["/desk/screens", "/desk/board"],
  ["/admin/lab-hours", "/admin/tests"],
  ["/admin/analytes", "/admin/tests"],
];

/** The profile page of each role; laboratory, reception and administrators have none. */
export const PROFILE: Readonly<Partial<Record<Role, string>>> = { patient: "/profile", doctor: "/doctor/profile" };
