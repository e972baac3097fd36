/** A doctor, a visit to them with its notes, and the patient's chart, for tests of the doctor's pages. */
import type { Account, Schemas } from "../src/api/client";
import { account } from "../src/lib/account";
import { loadMessages } from "../src/lib/i18n";
import { keepZone } from "../src/lib/zone";
import { type Asked, CONFIG, PAT } from "./gateway";

export const OSEI: Account = { ...PAT, id: 3, full_name: "Dr Ama Osei", role: "doctor" };
export const VISIT: Schemas["Visit"] = {
  id: 5,
  reference: "CP-7K3M-9Q2X",
  patient: { id: 7, full_name: "Noor Haddad", date_of_birth: "1984-05-17", sex: "female", phone: null },
  doctor: { id: 3, full_name: "Dr Ama Osei", specialty: "Cardiology" },
  starts_at: "2030-01-07T08:00:00Z",
  ends_at: "2030-01-07T08:30:00Z",
  status: "booked",
  reason: "Palpitations",
  place: "Room 101",
  cancelled_by: null,
  cancel_reason: null,
  created_at: "2030-01-02T08:00:00Z",
  version: 4,
  note: null,
};
export const NOTES: Schemas["Notes"] = {
  appointment_id: 5,
  patient_id: 7,
  text: "",
  status: "draft",
  author: null,
  updated_at: null,
  signed_at: null,
  addenda: [],
  version: 1,
};
export const CHART: Schemas["Chart"] = {
  patient: { ...VISIT.patient, email: "noor@example.org" },
  allergy_status: "noted",
  allergies: [{ substance: "Penicillin", reaction: "Hives", severity: "severe", noted_on: null }],
  problems: [],
  prescriptions: [],
  referrals: [],
  results: [],
  visits: [],
  access: [],
  version: 2,
};
export const ONE = "/api/doctor/appointments/5";

/** Sign a doctor in with empty storage. */
export async function begin(): Promise<void> {
  sessionStorage.clear();
  await loadMessages("ui", "doctor");
  keepZone("Europe/Berlin");
  account.set(OSEI);
  history.replaceState(null, "", "/doctor");
}

export const props = (params: Record<string, string>, query = "") => ({
  params,
  query: new URLSearchParams(query),
  config: CONFIG,
  account: OSEI,
});
export const sent = (asked: Asked[], call: string) =>
  asked.filter((one) => one.call === call).map(({ body, headers }) => ({ body, version: headers.get("If-Match") }));
