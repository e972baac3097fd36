import { beforeEach, expect, test } from "vitest";
import ChartPage from "../src/pages/doctor/chart/chart";
import { MeasuredList } from "../src/pages/doctor/vitals/measured-list";
import MyRecord from "../src/pages/patient/record/record";
import { PrescriptionSheet } from "../src/ui/print/PrescriptionSheet";
import { ReferralLetter } from "../src/ui/print/ReferralLetter";
import { begin, CHART, props } from "./doctor";
import { prescription, referral, vitals } from "./fixtures";
import { gateway, json } from "./gateway";
import { draw } from "./page";

const MARK = "emergency access";
const [ALLERGY] = CHART.allergies;
const MARKED = { ...ALLERGY, substance: "Latex", emergency: true };
const PROBLEM = { name: "Epilepsy", icd10: null, status: "active" as const, since: null, emergency: true };

beforeEach(begin);

const marked = (page: Element): string[] =>
  [...page.querySelectorAll("li")].filter((one) => one.textContent?.includes(MARK)).map((one) => one.textContent ?? "");

test("a chart marks the entries written in an emergency, and no others", async () => {
  const prescriptions = [prescription({ id: 1, emergency: true }), prescription({ id: 2 })];
  const referrals = [referral({ emergency: true }), referral({ id: 99 })];
  const chart = { ...CHART, allergies: [...CHART.allergies, MARKED], problems: [PROBLEM], prescriptions, referrals };
  gateway({ "GET /api/doctor/patients/7": [json(chart)] });
  const found = marked(await draw(<ChartPage {...props({ id: "7" })} />));
  expect(
    found.map((one) => ["Latex", "Epilepsy", "Prescription", "Referral"].find((what) => one.includes(what))),
  ).toEqual(["Latex", "Epilepsy", "Prescription", "Referral"]);
});

test("the patient's record marks them too", async () => {
  const prescriptions = [prescription({ emergency: true, items: prescription().items.slice(0, 1) })];
  const record = {
    allergy_status: "noted",
    allergies: [ALLERGY, MARKED],
    problems: [PROBLEM],
    prescriptions,
    vitals: [vitals({ heart_rate: 70, emergency: true }), vitals({ id: 22, heart_rate: 71 })],
    visits: [],
  };
  gateway({
    "GET /api/me/record": [json(record)],
    "GET /api/labs/results": [json({ items: [], next_cursor: null })],
  });
  expect(marked(await draw(<MyRecord {...props({})} />))).toHaveLength(4);
});

test("the printed prescription is marked", async () => {
  const text = async (emergency: boolean) =>
    (await draw(<PrescriptionSheet of={prescription({ emergency })} />)).textContent;
  expect(await text(true)).toContain(MARK);
  expect(await text(false)).not.toContain(MARK);
});

test("the printed letter of a referral is marked", async () => {
  const text = async (emergency: boolean) => {
    const letter = { ...referral({ emergency }), enclosed: null };
    return (await draw(<ReferralLetter of={letter} />)).textContent;
  };
  expect(await text(true)).toContain(MARK);
  expect(await text(false)).not.toContain(MARK);
});

test("the list of measurements marks a set", async () => {
  const items = [vitals({ heart_rate: 70, emergency: true }), vitals({ id: 22, heart_rate: 71 })];
  expect(marked(await draw(<MeasuredList items={items} marked={() => undefined} />))).toHaveLength(1);
});
