/** The problem list of a chart. */
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { type Mistake, missing } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import type { Loaded } from "../../../lib/loading/query";
import { dateOnly, today } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Field } from "../../../ui/forms/Field";
import { Radios } from "../../../ui/forms/Select";
import { InEmergency } from "../../../ui/print/PrintHead";
import { ChartList } from "./entries";
import { keep } from "./load-chart";
import type { Chart } from "./record";

type Condition = Schemas["RecordedCondition"];
const FRESH: Condition = { name: "", icd10: null, status: "active", since: null, emergency: false };
const STATUSES = ["active", "resolved"] as const;
const ICD10 = /^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$/;

export function Problems({ chart, of }: { chart: Chart; of: Loaded<Chart> }) {
  const save = (problems: Condition[]): Promise<Mistake[]> => {
    const params = { path: { patient_id: chart.patient.id }, header: unchanged(chart) };
    const body = { problems: problems.map(clean) };
    const sent = outcome(api.PUT("/api/doctor/patients/{patient_id}/problems", { params, body }));
    return keep(sent, chart, of, []);
  };
  return (
    <ChartList
      name="problems"
      patient={chart.patient.id}
      entries={chart.problems}
      fresh={FRESH}
      nameOf={({ name }) => name}
      show={shown}
      fields={fields}
      check={check}
      save={save}
      empty={<p class="muted">{t("problems.none")}</p>}
    />
  );
}

function check(value: Condition): Mistake[] {
  const { icd10 } = clean(value);
  const errors = icd10 && !ICD10.test(icd10) ? [{ field: "problems-icd10", message: t("problems.icd10.wrong") }] : [];
  return [...missing({ "problems-name": { value: value.name, say: "problems.missing" } }), ...errors];
}

function shown({ name, icd10, status, since, emergency }: Condition) {
  return (
    <>
      <p class="row">
        <b>{name}</b> {status === "resolved" && <Chip tone="completed">{t("problems.resolved")}</Chip>}
      </p>
      <p class="muted small">
        {[icd10, since && t("problems.since.day", { day: dateOnly(since) })].filter(Boolean).join(" · ")}
      </p>
      <InEmergency of={{ emergency }} />
    </>
  );
}

function fields(value: Condition, set: (value: Condition) => void, errors: readonly Mistake[]) {
  return (
    <>
      <Field
        id="problems-name"
        label={t("problems.name")}
        value={value.name}
        onValue={(name) => set({ ...value, name })}
        input={{ maxLength: 200 }}
        mistakes={errors}
      />
      <Field
        id="problems-icd10"
        label={t("problems.icd10")}
        hint={t("problems.icd10.hint")}
        optional
        value={value.icd10 ?? ""}
        onValue={(icd10) => set({ ...value, icd10 })}
        input={{ maxLength: 8 }}
        mistakes={errors}
      />
      <Radios
        id="problems-status"
        label={t("problems.status")}
        choices={STATUSES.map((code) => ({ value: code, text: t(`problems.${code}`) }))}
        value={value.status}
        onValue={(status) => set({ ...value, status: status as Condition["status"] })}
      />
      <Field
        id="problems-since"
        type="date"
        label={t("problems.since")}
        optional
        value={value.since ?? ""}
        onValue={(since) => set({ ...value, since })}
        input={{ min: "1900-01-01", max: today() }}
      />
    </>
  );
}

function clean({ name, icd10, status, since }: Condition): Schemas["Condition"] {
  return { name: name.trim(), icd10: icd10?.trim().toUpperCase() || null, status, since: since || null };
}
