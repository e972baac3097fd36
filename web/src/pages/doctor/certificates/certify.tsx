/** Writes a certificate for a patient (`?patient=`), optionally about a visit (`?visit=`). */
import { api, type Outcome, outcome, type Problem, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { addDays, dateOnly, dayOf, today } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { backTo, type ChartQuery } from "../chart/chart-from-query";
import { PatientStrip } from "../chart/patient-strip";
import { QueriedChart } from "../chart/queried-chart";
import { loadVisit, type Visit } from "../visit/visits";
import { CertificateFields } from "./fields";
import { bodyOf, check, FIELDS, type Sheet, startOf } from "./sheet";

const KINDS = ["unable_to_work", "attendance", "statement"] as const;
/** The rule of services/doctors: attendance is certified once the patient has arrived. */
const ATTENDED: readonly Visit["status"][] = ["arrived", "in_progress", "completed"];

export default function Certify({ query }: OwnProps) {
  return (
    <QueriedChart query={query}>
      {(chart, chartQuery) => <AboutVisit key={chart.patient.id} chart={chart} chartQuery={chartQuery} />}
    </QueriedChart>
  );
}

interface Props {
  chart: Schemas["Chart"];
  chartQuery: ChartQuery;
}

function AboutVisit({ chart, chartQuery }: Props) {
  const { visit } = chartQuery;
  const loaded = useLoad((): Promise<Outcome<Visit | null, Problem>> => {
    return visit === null ? Promise.resolve({ ok: true, data: null }) : loadVisit(visit);
  }, [visit]);
  return (
    <Ready of={loaded} whole>
      {(found) => <Form chart={chart} chartQuery={chartQuery} visit={found} />}
    </Ready>
  );
}

function Form({ chart, chartQuery, visit }: Props & { visit: Visit | null }) {
  const { patient } = chart;
  const back = backTo(chartQuery, patient.id);
  const draft = useDraft<Sheet>(`certify.${patient.id}.${visit?.id ?? ""}`, startOf(visit));
  const sheet = draft.value;
  const put = (change: Partial<Sheet>): void => draft.set({ ...draft.value, ...change });
  const { busy, errors, submit } = useForm(
    () => check(sheet),
    async (): Promise<Mistake[]> => {
      const body = { patient_id: patient.id, appointment_id: visit?.id ?? null, ...bodyOf(sheet) };
      const done = await outcome(api.POST("/api/doctor/certificates", { body }));
      if (done.ok) {
        draft.drop();
        go(`/doctor/certificates/${done.data.id}`, { replace: true });
        return [];
      }
      if (done.problem.code !== "days_not_certifiable") return mistakes(done.problem, done.retryAfter, FIELDS);
      const { earliest, latest, most_days } = done.problem;
      const values = { earliest: dateOnly(earliest), latest: dateOnly(latest), days: most_days };
      return [{ field: "first_day", message: t("certify.wrong.days", values) }];
    },
  );
  const attended = visit !== null && ATTENDED.includes(visit.status);
  const kinds = KINDS.filter((one) => one !== "attendance" || attended);
  return (
    <Page
      title={t("certify.title", { name: patient.full_name })}
      back={{ href: back, text: t(chartQuery.visit === null ? "certify.back.chart" : "certify.back.visit") }}
      width="narrow"
    >
      <PatientStrip patient={patient} chart={chart} link />
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Radios
          id="kind"
          label={t("certify.kind")}
          choices={kinds.map((one) => ({
            value: one,
            text: t(`certificate.title.${one}`),
            hint: t(`certify.kind.${one}`, { day: visit ? dateOnly(dayOf(visit.starts_at)) : "" }),
          }))}
          value={sheet.kind}
          onValue={(kind) => put({ kind: kind as Sheet["kind"] })}
          mistakes={errors}
        />
        <CertificateFields sheet={sheet} put={put} errors={errors} min={addDays(today(), -3)} />
        <Submit busy={busy} label={t("certify.submit")} busyLabel={t("certify.busy")} />
      </form>
    </Page>
  );
}
