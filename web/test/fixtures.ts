/** Answers of the API for tests: complete defaults, typed by the OpenAPI document, with overrides. A new field is added here. */
import type { Account, Config, Schemas } from "../src/api/client";

/** `texts` names the members that hold another one in each language, so that an overridden name is read in both. */
function builder<T>(defaults: T, texts: Partial<Record<keyof T, keyof T>> = {}): (overrides?: Partial<T>) => T {
  return (overrides = {}) => {
    const one = { ...defaults, ...overrides };
    const found = Object.entries(texts).filter(([member]) => !(member in overrides));
    return { ...one, ...Object.fromEntries(found.map(([member, of]) => [member, both(String(one[of as keyof T]))])) };
  };
}

/** A text that is the same in each language. */
export function both(text: string): Schemas["InLanguages"] {
  return { en: text, de: text };
}

export const NINE = "2030-01-08T08:00:00Z";
const PATIENT = { id: 7, full_name: "Pat Moreno" };
const OSEI = { id: 3, full_name: "Dr Ama Osei" };
const LIND = { id: 4, full_name: "Dr Erik Lind" };

export const userAccount = builder<Account>({
  id: 7,
  email: "pat@demo.example",
  email_confirmed: true,
  full_name: "Pat Moreno",
  role: "patient",
  date_of_birth: "1984-05-17",
  sex: "female",
  phone: "+49 30 5550 1234",
  reference: "PT-7K3M-9Q2X4",
  contact: null,
  language: "en",
  active: true,
  second_factor: false,
  created_at: "2030-01-07T09:00:00Z",
  version: 1,
});

export const config = builder<Config>({
  hospital: "St Alba",
  zone: "Europe/Berlin",
  phone: "+49 30 5550 0",
  address: null,
  emergency_phone: "112",
  privacy_contact: null,
  sign_on: null,
  demo: false,
  booking: { notice_minutes: 60, horizon_days: 180, change_notice_minutes: 0 },
});

export const visit = builder<Schemas["Visit"]>({
  id: 5,
  reference: "CP-7K3M-9Q2X",
  patient: { id: 7, full_name: "Noor Haddad", date_of_birth: "1984-05-17", sex: "female", phone: null },
  doctor: { id: 3, full_name: "Dr Ama Osei", specialty: "Cardiology", specialty_names: null, bookable: true },
  starts_at: "2030-01-07T08:00:00Z",
  ends_at: "2030-01-07T08:30:00Z",
  status: "booked",
  reason: "Palpitations",
  place: "Room 101",
  referral_id: null,
  cancelled_by: null,
  cancel_reason: null,
  booked_by: "patient",
  created_at: "2030-01-02T08:00:00Z",
  version: 4,
  note: null,
  completed_at: null,
  visit_type: null,
  overbook_reason: null,
  arrived_at: null,
  started_at: null,
});

export const vitals = builder<Schemas["VitalSigns"]>({
  id: 21,
  patient_id: 7,
  appointment_id: null,
  measured_at: "2030-01-07T08:10:00Z",
  systolic: null,
  diastolic: null,
  heart_rate: null,
  respiratory_rate: null,
  temperature: null,
  oxygen_saturation: null,
  weight: null,
  height: null,
  pain: null,
  bmi: null,
  note: null,
  recorded_by: OSEI,
  recorded_at: "2030-01-07T08:10:00Z",
  emergency: false,
  in_error_at: null,
  in_error_by: null,
  error_reason: null,
  version: 1,
});

export const notes = builder<Schemas["Notes"]>({
  appointment_id: 5,
  patient_id: 7,
  text: "",
  status: "draft",
  author: null,
  updated_at: null,
  signed_at: null,
  signed_by: null,
  addenda: [],
  version: 1,
});

export const chart = builder<Schemas["Chart"]>({
  patient: { ...visit().patient, email: "noor@example.org", reference: "PT-7K3M-9Q2X4" },
  allergy_status: "noted",
  allergies: [
    {
      substance: "Penicillin",
      reaction: "Hives",
      severity: "severe",
      certainty: null,
      onset: null,
      noted_on: null,
      emergency: false,
    },
  ],
  checks: [{ substance: "Penicillin", known: true }],
  problems: [],
  prescriptions: [],
  referrals: [],
  results: [],
  visits: [],
  access: [],
  version: 2,
});

export const labTest = builder<Schemas["LabTest"]>(
  {
    code: "CBC",
    name: "Blood count",
    names: both(""),
    loinc: null,
    category: "haematology",
    category_names: both(""),
    specimen: "venous blood",
    specimen_names: both(""),
    preparation: "Drink water only for 8 hours before.",
    preparations: both(""),
    plain: "Counts your blood cells.",
    explanations: both(""),
    turnaround_hours: 48,
    price_minor: 1200,
    currency: "EUR",
    active: true,
    analytes: [],
    by_order_only: false,
    fasting_hours: 0,
    collect_from: null,
    collect_until: null,
    release_policy: "after_doctor",
    release_after_days: null,
    repeat_after_days: null,
    stat_minutes: null,
    version: 1,
  },
  {
    names: "name",
    category_names: "category",
    specimen_names: "specimen",
    preparations: "preparation",
    explanations: "plain",
  },
);

export const specimen = builder<Schemas["Specimen"]>(
  {
    id: 21,
    accession: "7K3M9Q2X4",
    type: "venous blood",
    type_names: both("venous blood"),
    test_codes: ["CBC"],
    status: "expected",
    collected_at: null,
    collected_by: null,
    received_at: null,
    rejected_at: null,
    rejected_by: null,
    rejection_reason: null,
  },
  { type_names: "type" },
);

export const labBooking = builder<Schemas["LabBooking"]>({
  id: 5,
  reference: "LB-1",
  patient: { id: PATIENT.id, full_name: PATIENT.full_name, date_of_birth: "1984-05-17", sex: "female" },
  ordered_by: null,
  appointment_id: null,
  tests: [{ ...labTest(), result_id: null, to_verify: null }],
  starts_at: NINE,
  status: "booked",
  status_reason: null,
  cancelled_by: null,
  cancelled_by_person: null,
  cancelled_at: null,
  note: null,
  price_minor: 1200,
  currency: "EUR",
  collected_at: null,
  created_at: "2030-01-05T09:00:00Z",
  priority: "routine",
  specimens: [specimen()],
  expected_by: null,
  late: false,
  version: 3,
});

export const observation = builder<Schemas["Observation"]>(
  {
    analyte: "potassium",
    name: "Potassium",
    names: both(""),
    loinc: "2823-3",
    plain: "A salt that the heart needs.",
    explanations: both(""),
    value: 7.1,
    comparator: null,
    text: null,
    text_names: null,
    unit: "mmol/L",
    decimals: 1,
    range: { sex: null, low: 3.5, high: 5, critical_low: 2.5, critical_high: 6.5 },
    usual: [],
    usual_names: [],
    flag: "critical_high",
    missing: [],
  },
  { names: "name", explanations: "plain" },
);

export const labResult = builder<Schemas["LabResult"]>(
  {
    id: 6,
    booking_id: 5,
    reference: "LB-1",
    patient: labBooking().patient,
    test_code: "CBC",
    test_name: "Blood count",
    test_names: both(""),
    status: "released",
    observations: [observation({ analyte: "sodium", name: "Sodium", value: 4, flag: "normal" }), observation()],
    outside_range: 1,
    critical: true,
    ordered_by: null,
    note: null,
    comment: "Please call me.",
    collected_at: NINE,
    entered_at: NINE,
    verified_at: NINE,
    verified_by: null,
    seen_at: NINE,
    released_at: NINE,
    released_by: { id: 3, full_name: "Dr Ama Osei" },
    corrected_at: null,
    corrected_by: null,
    correction_reason: null,
    correction_waits_since: null,
    critical_open: false,
    version: 1,
  },
  { test_names: "test_name" },
);

export const resultToReview = builder<Schemas["ResultToReview"]>(
  {
    ...labResult(),
    responsible: true,
    review_class: "rest",
    normal: false,
    seen_by: [],
    worst: { ...observation(), previous: null, direction: null },
  },
  { test_names: "test_name" },
);

export const prescriptionItem = builder<Schemas["PrescribedItem"]>({
  medicine: "Ramipril 5 mg tablets",
  dose: "1 tablet",
  route: "oral",
  frequency: "once a day",
  duration_days: 7,
  instructions: "With water.",
  last_day: "2030-01-09",
  active: true,
});

const SHORT = { medicine: "Ibuprofen 400 mg tablets", duration_days: 3, last_day: "2030-01-05" };

export const prescription = builder<Schemas["Prescription"]>({
  patient: { ...PATIENT, date_of_birth: "1984-05-17" },
  created_at: "2030-01-01T23:30:00Z",
  version: 1,
  id: 8,
  reference: "RX-1",
  doctor: OSEI,
  appointment_id: null,
  items: [prescriptionItem(), { ...prescriptionItem(), ...SHORT }],
  notes: "Call if it does not help.",
  check: null,
  override_reason: null,
  status: "active",
  last_day: "2030-01-09",
  emergency: false,
  stopped_at: null,
  stopped_by: null,
  stop_reason: null,
});

export const alert = builder<Schemas["Alert"]>({
  key: "interaction:ibuprofen:warfarin",
  kind: "interaction",
  severity: "stop",
  medicine: "Ibuprofen 400 mg",
  against: "Warfarin 5 mg tablets",
  why: { en: "Bleeding.", de: "Blutung." },
  source: "BNF",
});

export const referral = builder<Schemas["Referral"]>({
  patient: { ...PATIENT, date_of_birth: "1984-05-17" },
  emergency: false,
  created_at: "2030-01-01T23:30:00Z",
  version: 1,
  id: 9,
  reference: "RF-1",
  from_doctor: OSEI,
  to_doctor: LIND,
  taken_over_by: null,
  to_specialty: null,
  to_specialty_names: null,
  to_external: null,
  reason: "Murmur, new since spring",
  urgency: "urgent",
  due_on: null,
  overdue: false,
  visit_at: null,
  status: "accepted",
  note: null,
});

export const foundDoctor = builder<Schemas["FoundDoctor"]>({
  id: 3,
  full_name: "Dr Ama Osei",
  specialty: "Cardiology",
  specialty_names: null,
  bio: "",
  languages: [],
  room: null,
  phone: null,
  booking: "online",
  next_available: "2050-01-08T09:00:00Z",
  ages: null,
});

export const appointment = builder<Schemas["Appointment"]>({
  id: 5,
  reference: "CP-7K3M-9Q2X",
  patient: { id: PATIENT.id, full_name: PATIENT.full_name },
  doctor: { id: 3, full_name: "Dr Ama Osei", specialty: "Cardiology", specialty_names: null, bookable: true },
  starts_at: "2050-01-07T09:00:00Z",
  ends_at: "2050-01-07T09:30:00Z",
  status: "booked",
  reason: null,
  place: "Room 101",
  referral_id: null,
  cancelled_by: null,
  cancel_reason: null,
  booked_by: "patient",
  created_at: "2030-01-07T09:00:00Z",
  visit_type: null,
  version: 3,
});

export const analyte = builder<Schemas["Analyte"]>(
  {
    code: "hemoglobin",
    name: "Haemoglobin",
    names: both(""),
    loinc: "718-7",
    kind: "quantity",
    unit: "g/dL",
    decimals: 1,
    plain: "",
    explanations: both(""),
    usual: [],
    usual_names: [],
    choices: [],
    choice_names: [],
    ranges: [
      { sex: null, age_from_days: 0, age_to_days: 6570, low: 11, high: 15.5, critical_low: 7, critical_high: 20 },
      {
        sex: "male",
        age_from_days: 6570,
        age_to_days: null,
        low: 13.5,
        high: 15.5,
        critical_low: 7,
        critical_high: 20,
      },
      {
        sex: "female",
        age_from_days: 6570,
        age_to_days: null,
        low: 12,
        high: 15.5,
        critical_low: 7,
        critical_high: 20,
      },
    ],
  },
  { names: "name", explanations: "plain" },
);

export const availability = builder<Schemas["Availability"]>({
  slot_minutes: 30,
  place: "Room 12",
  rules: [
    { weekday: "mon", starts: "09:00", ends: "12:00" },
    { weekday: "mon", starts: "13:00", ends: "17:00" },
  ],
  to_move: [],
  version: 4,
});

export const PAT = userAccount();
export const CONFIG = config();
