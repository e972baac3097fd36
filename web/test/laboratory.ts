/** A laboratory's test, booking and result, and pages at their addresses. */
import type { Schemas } from "../src/api/client";
import type { OwnProps } from "../src/lib/page";
import { go } from "../src/lib/router";
import { CONFIG, json, PAT } from "./gateway";

export const NINE = "2030-01-08T08:00:00Z";
export const CBC: Schemas["LabTest"] = {
  code: "CBC",
  name: "Blood count",
  loinc: null,
  category: "haematology",
  specimen: "venous blood",
  preparation: "Drink water only for 8 hours before.",
  plain: "Counts your blood cells.",
  turnaround_hours: 48,
  price_minor: 1200,
  currency: "EUR",
  active: true,
  analytes: [],
  version: 1,
};
export const BOOKED: Schemas["LabBooking"] = {
  id: 5,
  reference: "LB-1",
  patient: { id: PAT.id, full_name: PAT.full_name, date_of_birth: PAT.date_of_birth, sex: PAT.sex },
  ordered_by: null,
  appointment_id: null,
  tests: [{ ...CBC, result_id: null }],
  starts_at: NINE,
  status: "booked",
  status_reason: null,
  note: null,
  price_minor: 1200,
  currency: "EUR",
  collected_at: null,
  created_at: "2030-01-05T09:00:00Z",
  version: 3,
};
export const VALUE: Schemas["Observation"] = {
  analyte: "potassium",
  name: "Potassium",
  loinc: "2823-3",
  plain: "A salt that the heart needs.",
  value: 7.1,
  comparator: null,
  text: null,
  unit: "mmol/L",
  decimals: 1,
  range: { sex: null, low: 3.5, high: 5, critical_low: 2.5, critical_high: 6.5 },
  usual: [],
  flag: "critical_high",
};
export const RESULT: Schemas["LabResult"] = {
  id: 6,
  booking_id: 5,
  reference: "LB-1",
  patient: BOOKED.patient,
  test_code: "CBC",
  test_name: "Blood count",
  status: "released",
  observations: [{ ...VALUE, analyte: "sodium", name: "Sodium", value: 4, flag: "normal" }, VALUE],
  outside_range: 1,
  critical: true,
  note: null,
  comment: "Please call me.",
  collected_at: NINE,
  entered_at: NINE,
  verified_at: NINE,
  verified_by: null,
  seen_at: NINE,
  released_at: NINE,
  released_by: { id: 3, full_name: "Dr Ama Osei" },
  version: 1,
};
export const page = (...items: unknown[]) => json({ items, next_cursor: null });

/** At an address, as the app would draw it. */
export function at(href: string, params: OwnProps["params"] = {}): OwnProps {
  go(href);
  return { params, query: new URLSearchParams(location.search), config: CONFIG, account: PAT };
}
