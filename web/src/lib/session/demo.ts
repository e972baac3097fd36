/** The accounts of the demo hospital, with a public password. */
import type { Role } from "../../api/client";

export const DEMO_PASSWORD = "demo-hospital-1";
export const DEMO_LOGINS: readonly { email: string; role: Role }[] = [
  { email: "pat@demo.example", role: "patient" },
  { email: "sam@demo.example", role: "patient" },
  { email: "osei@demo.example", role: "doctor" },
  { email: "lind@demo.example", role: "doctor" },
  { email: "lab@demo.example", role: "lab" },
  { email: "desk@demo.example", role: "reception" },
  { email: "admin@demo.example", role: "admin" },
];
