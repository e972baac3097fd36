/** The allergies of a chart, editable, or the statement that there are none. */
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import type { Tone } from "../../../lib/clinical/tone";
import { type Mistake, missing, useSubmit } from "../../../lib/forms/form";
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
import { Substance } from "./substance";

type Allergy = Schemas["RecordedAllergy"];
type Severity = Allergy["severity"];
const SEVERITIES: Readonly<Record<Severity, Tone>> = { mild: "completed", moderate: "no-show", severe: "critical" };
const CERTAINTIES = ["confirmed", "suspected"] as const;
const FRESH: Allergy = {
  substance: "",
  reaction: null,
  severity: "moderate",
  certainty: null,
  onset: null,
  noted_on: null,
  emergency: false,
};

export function Allergies({ chart, of }: { chart: Chart; of: Loaded<Chart> }) {
  const save = async (allergies: Allergy[], none = false): Promise<Mistake[]> => {
    const params = { path: { patient_id: chart.patient.id }, header: unchanged(chart) };
    const body = { allergies: allergies.map(clean), no_known_allergies: none };
    const sent = outcome(api.PUT("/api/doctor/patients/{patient_id}/allergies", { params, body }));
    const substances = allergies.map((_, n) => `allergies.${n}.substance`);
    const failed = await keep(sent, chart, of, substances);
    // only the server knows other spellings of a substance
    return failed.map((one) => (one.field ? { field: "allergies-name", message: t("allergies.twice") } : one));
  };
  return (
    <ChartList
      name="allergies"
      patient={chart.patient.id}
      entries={chart.allergies}
      fresh={FRESH}
      nameOf={({ substance }) => substance}
      show={(one) => <Shown of={one} known={chart.checks[chart.allergies.indexOf(one)]?.known ?? true} />}
      fields={fields}
      check={({ substance }) => missing({ "allergies-name": { value: substance, say: "allergies.missing" } })}
      save={save}
      empty={<None chart={chart} none={() => save([], true)} />}
    />
  );
}

function None({ chart, none }: { chart: Chart; none: () => Promise<unknown> }) {
  const { busy, submit } = useSubmit(async () => void (await none()));
  const status = chart.allergy_status === "none_known" ? "none_known" : "not_asked";
  return (
    <div class="row between">
      <p class="muted">{t(`allergies.${status}`)}</p>
      {status === "not_asked" && (
        <button type="button" class="link" aria-disabled={busy} onClick={submit}>
          {t("allergies.set_none")}
        </button>
      )}
    </div>
  );
}

function Shown({ of, known }: { of: Allergy; known: boolean }) {
  const { substance, reaction, severity, certainty, onset, noted_on } = of;
  return (
    <>
      <p class="row">
        <b>{substance}</b> <Chip tone={SEVERITIES[severity]}>{t(`severity.${severity}`)}</Chip>
        {certainty && <span class="small">{t(`certainty.${certainty}`)}</span>}
      </p>
      <p class="muted small">
        {[
          reaction,
          onset && t("allergies.onset.day", { day: dateOnly(onset) }),
          noted_on && t("allergies.noted_on", { day: dateOnly(noted_on) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <InEmergency of={of} />
      {!known && <p class="small">{t("allergies.unchecked")}</p>}
    </>
  );
}

function fields(value: Allergy, set: (value: Allergy) => void, errors: readonly Mistake[]) {
  return (
    <>
      <Substance value={value.substance} onValue={(substance) => set({ ...value, substance })} mistakes={errors} />
      <Field
        id="allergies-reaction"
        label={t("allergies.reaction")}
        optional
        value={value.reaction ?? ""}
        onValue={(reaction) => set({ ...value, reaction })}
        input={{ maxLength: 200 }}
      />
      <Radios
        id="allergies-severity"
        label={t("allergies.severity")}
        choices={Object.keys(SEVERITIES).map((code) => ({ value: code, text: t(`severity.${code as Severity}`) }))}
        value={value.severity}
        onValue={(severity) => set({ ...value, severity: severity as Severity })}
      />
      <Radios
        id="allergies-certainty"
        label={t("allergies.certainty")}
        choices={[
          ...CERTAINTIES.map((code) => ({ value: code as string, text: t(`certainty.${code}`) })),
          { value: "", text: t("certainty.none") },
        ]}
        value={value.certainty ?? ""}
        onValue={(code) => set({ ...value, certainty: CERTAINTIES.find((one) => one === code) ?? null })}
      />
      <Field
        id="allergies-onset"
        type="date"
        label={t("allergies.onset")}
        optional
        value={value.onset ?? ""}
        onValue={(onset) => set({ ...value, onset })}
        input={{ min: "1900-01-01", max: today() }}
      />
      <Field
        id="allergies-noted-on"
        type="date"
        label={t("allergies.since")}
        optional
        value={value.noted_on ?? ""}
        onValue={(noted_on) => set({ ...value, noted_on })}
        input={{ min: "1900-01-01", max: today() }}
      />
    </>
  );
}

function clean(of: Allergy): Schemas["Allergy"] {
  const { substance, reaction, severity, certainty, onset, noted_on } = of;
  return {
    substance: substance.trim(),
    reaction: reaction?.trim() || null,
    severity,
    certainty: certainty ?? null,
    onset: onset || null,
    noted_on: noted_on || null,
  };
}
