/** A doctor, a visit to them with its notes, and the patient's chart, for tests of the doctor's pages. */

import type { Account } from "../src/api/client";
import { loadMessages } from "../src/lib/i18n/i18n";
import { account } from "../src/lib/session/account";
import { setClinicZone } from "../src/lib/time/zone";
import { CONFIG, chart, notes, PAT, visit } from "./fixtures";
import type { RecordedRequest } from "./gateway";

export const OSEI: Account = { ...PAT, id: 3, full_name: "Dr Ama Osei", role: "doctor" };
export const VISIT = visit();
export const NOTES = notes();
export const CHART = chart();
export const ONE = "/api/doctor/appointments/5";

/** Sign a doctor in with empty storage. */
export async function begin(): Promise<void> {
  sessionStorage.clear();
  await loadMessages("ui", "doctor", "visit", "vitals");
  setClinicZone("Europe/Berlin");
  account.set(OSEI);
  history.replaceState(null, "", "/doctor");
}

export const props = (params: Record<string, string>, query = "") => ({
  params,
  query: new URLSearchParams(query),
  config: CONFIG,
  account: OSEI,
});
export const sent = (requests: RecordedRequest[], call: string) =>
  requests.filter((one) => one.call === call).map(({ body, headers }) => ({ body, version: headers.get("If-Match") }));
