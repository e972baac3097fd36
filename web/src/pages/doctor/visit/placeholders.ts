/** The values of a template's placeholders for one visit, and the gaps where there are none. */

import type { Schemas } from "../../../api/client";
import { frequencyText } from "../../../lib/clinical/dosing";
import { filledIn, type Placeholder } from "../../../lib/clinical/placeholders";
import { shown } from "../../../lib/clinical/results";
import { lastText, type VitalSigns } from "../../../lib/clinical/vitals";
import { type Key, t } from "../../../lib/i18n/i18n";
import { inLanguage, nameOf } from "../../../lib/i18n/in-languages";
import { ageOn, dateOnly, dayOf, today } from "../../../lib/time/time";
import type { Chart } from "../chart/record";
import type { Visit } from "./visits";

const LAST_RESULTS = 3;

/** The text of a template for this visit; `chart` or `vitals` undefined: they are not loaded, and the text says so. */
export function textFor(
  template: string,
  visit: Visit,
  chart: Chart | undefined,
  vitals: readonly VitalSigns[] | undefined,
): string {
  const { patient, reason } = visit;
  const born = patient.date_of_birth;
  const values: Record<Placeholder, string> = {
    age: born ? t("today.age", { age: ageOn(born) }) : t("gap.age"),
    sex: patient.sex === "unknown" ? t("gap.sex") : t(`sex.${patient.sex}`),
    reason: reason?.trim() || t("gap.reason"),
    today: dateOnly(today()),
    problems: charted(chart, "problems", problems),
    allergies: charted(chart, "allergies", allergies),
    medicines: charted(chart, "medicines", medicines),
    results: charted(chart, "results", results),
    last_vitals: charted(vitals, "last_vitals", lastText),
  };
  return filledIn(template, values, (name) => t("gap.unknown", { name }));
}

/** A part of the chart as text. A chart that is not loaded is no empty one. */
function charted<T>(chart: T | undefined, name: Placeholder, text: (chart: T) => string): string {
  if (chart === undefined) return t("gap.unread", { name: t(`placeholder.${name}` as Key) });
  return text(chart) || t(`gap.${name}` as Key);
}

function problems({ problems: all }: Chart): string {
  return all
    .filter(({ status }) => status === "active")
    .map(({ name }) => name)
    .join("; ");
}

function allergies({ allergy_status, allergies: all }: Chart): string {
  if (allergy_status === "none_known") return t("patient_strip.none_known");
  return all
    .map(({ substance, severity }) => t("patient_strip.allergy", { substance, severity: t(`severity.${severity}`) }))
    .join("; ");
}

function medicines({ prescriptions }: Chart): string {
  return itemsOf(prescriptions)
    .map(
      ({ medicine, dose, frequency }) =>
        `${medicine}, ${t("sheet.take", { dose, frequency: frequencyText(frequency) })}`,
    )
    .join("; ");
}

/** The medicines that are taken today, of the newest prescription first: one can end before the others of its prescription. */
export function itemsOf(prescriptions: Chart["prescriptions"]): Schemas["Prescription"]["items"] {
  return prescriptions.flatMap(({ items }) => items.filter(({ active }) => active));
}

/** The last results; one that is not released is a gap, because the patient reads the signed note. */
function results({ results: all }: Chart): string {
  return all
    .slice(0, LAST_RESULTS)
    .map(({ test_names, collected_at, entered_at, observations, status }) => {
      if (status !== "released") return t("gap.unreleased", { test: inLanguage(test_names) });
      const values = observations.map((one) => `${nameOf(one)} ${shown(one)}`).join(", ");
      return `${inLanguage(test_names)} (${dateOnly(dayOf(collected_at ?? entered_at))}): ${values}`;
    })
    .join("; ");
}
