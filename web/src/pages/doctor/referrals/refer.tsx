/** Refers a patient (`?patient=`) to a doctor, a specialty or an outside practice, optionally in a visit (`?visit=`). */
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { isDay, today } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Page } from "../../../ui/frame/Page";
import { backTo, type ChartQuery } from "../chart/chart-from-query";
import { PatientStrip } from "../chart/patient-strip";
import { QueriedChart } from "../chart/queried-chart";
import { EncloseFields, type Enclosing, NOTHING_ENCLOSED } from "./enclose";
import { ReferralTarget, type Target } from "./target";
import "../../../style/portals/doctor.css";

interface Letter extends Target {
  urgency: Schemas["Urgency"];
  reason: string;
  due_on: string;
  enclose: Enclosing;
}

const URGENCIES = ["routine", "urgent", "emergency"] as const;
const FIELDS = ["to_doctor_id", "to_specialty", "to_external", "urgency", "reason", "due_on"];
const NOTHING: Letter = {
  to: "doctor",
  doctor: null,
  specialty: "",
  outside: "",
  urgency: "routine",
  reason: "",
  due_on: "",
  enclose: NOTHING_ENCLOSED,
};

export default function Refer({ query, account }: OwnProps) {
  return (
    <QueriedChart query={query}>
      {(chart, chartQuery) => <Form key={chart.patient.id} chart={chart} chartQuery={chartQuery} me={account.id} />}
    </QueriedChart>
  );
}

function Form({ chart, chartQuery, me }: { chart: Schemas["Chart"]; chartQuery: ChartQuery; me: number }) {
  const { patient } = chart;
  const back = backTo(chartQuery, patient.id);
  const draft = useDraft(`refer.${patient.id}`, NOTHING);
  const letter = draft.value;
  const put = (change: Partial<Letter>): void => draft.set({ ...draft.value, ...change });
  const { busy, errors, submit } = useForm(
    () => check(letter),
    async () => {
      const body = {
        patient_id: patient.id,
        ...addressee(letter),
        reason: letter.reason.trim(),
        urgency: letter.urgency,
        due_on: letter.due_on || null,
        enclose: letter.enclose,
      };
      const done = await outcome(api.POST("/api/doctor/referrals", { body }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, FIELDS);
      draft.drop();
      go(chartQuery.visit === null ? "/doctor/referrals?direction=sent" : back, { say: "referred" });
      return [];
    },
  );
  return (
    <Page
      title={t("refer.title", { name: patient.full_name })}
      back={{ href: back, text: t(chartQuery.visit === null ? "refer.back.chart" : "refer.back.visit") }}
      width="narrow"
    >
      <PatientStrip patient={patient} chart={chart} link />
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <ReferralTarget target={letter} put={put} errors={errors} me={me} />
        <Radios
          id="urgency"
          label={t("refer.urgency")}
          choices={URGENCIES.map((one) => ({
            value: one,
            text: t(`urgency.${one}`),
            hint: t(`refer.urgency.${one}`),
          }))}
          value={letter.urgency}
          onValue={(urgency) => put({ urgency: urgency as Letter["urgency"] })}
          mistakes={errors}
        />
        <TextArea
          id="reason"
          label={t("refer.reason")}
          hint={t("refer.reason.hint")}
          rows={5}
          value={letter.reason}
          onValue={(reason) => put({ reason })}
          mistakes={errors}
        />
        <div class="refer-due">
          <Field
            id="due_on"
            type="date"
            label={t("refer.due")}
            optional
            value={letter.due_on}
            onValue={(due_on) => put({ due_on })}
            mistakes={errors}
            input={{ min: today(), max: "2099-12-31" }}
          />
        </div>
        <EncloseFields chart={chart} of={letter.enclose} put={(enclose) => put({ enclose })} />
        <Submit busy={busy} label={t("refer.submit")} busyLabel={t("refer.busy")} />
      </form>
    </Page>
  );
}

function addressee({ to, doctor, specialty, outside }: Letter) {
  if (to === "doctor") return { to_doctor_id: doctor?.id ?? null };
  return to === "specialty" ? { to_specialty: specialty } : { to_external: outside.trim() };
}

function check({ to, doctor, specialty, outside, reason, due_on }: Letter): Mistake[] {
  const wanted = {
    doctor: { to_doctor_id: { value: String(doctor?.id ?? ""), say: "refer.missing.doctor" } },
    specialty: { to_specialty: { value: specialty, say: "refer.missing.specialty" } },
    outside: { to_external: { value: outside, say: "refer.missing.outside" } },
  } as const;
  const right = due_on === "" || (isDay(due_on) && due_on >= today() && due_on < "2100");
  return [
    ...missing({ ...wanted[to], reason: { value: reason, say: "refer.missing.reason" } }),
    ...(right ? [] : [{ field: "due_on", message: t("refer.wrong.due") }]),
  ];
}
