/** A patient's chart: allergies, problems, and the record by time (`?kind=` filters it). */
import { t } from "../../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { dateOnly, today } from "../../../lib/time/time";
import { FollowUp } from "../follow-up/follow-up";
import { OrderList } from "../order/order-list";
import "../../../style/portals/doctor.css";
import { Page } from "../../../ui/frame/Page";
import { later } from "../../../ui/Later";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { Allergies } from "./allergies";
import { Changes } from "./changes";
import { loadChart } from "./load-chart";
import { NotTreating, OpenedNow, PastEmergencyAccess } from "./open-chart";
import { PatientStrip } from "./patient-strip";
import { Problems } from "./problems";
import { type Chart, KINDS, type Kind } from "./record";
import { RecordList } from "./record-list";
import { TakesNow } from "./takes-now";

const ChartVitals = later(() => import("../vitals/chart-vitals"));

export default function ChartPage({ params, ...rest }: OwnProps) {
  const chart = useLoad(() => loadChart(Number(params.id)), [params.id]);
  // also after the hour of emergency access
  if (chart.failure?.problem.code === "not_found")
    return <NotTreating patient={Number(params.id)} onOpen={chart.again} />;
  return (
    <Ready of={chart} whole>
      {(found) => <Shown chart={found} of={chart} {...rest} />}
    </Ready>
  );
}

function Shown({ chart, of, query, config, account }: Omit<OwnProps, "params"> & { chart: Chart; of: Loaded<Chart> }) {
  const { patient } = chart;
  const kind = KINDS.find((one) => one === query.get("kind"));
  return (
    <Page
      title={patient.full_name}
      back={{ href: "/doctor/patients", text: t("own_chart.back") }}
      actions={
        <>
          <a class="button quiet" href={`/doctor/prescriptions/new?patient=${patient.id}`}>
            {t("doctor_visit.prescribe")}
          </a>
          <a class="button quiet" href={`/doctor/referrals/new?patient=${patient.id}`}>
            {t("doctor_visit.refer")}
          </a>
          <a class="button quiet" href={`/doctor/orders/new?patient=${patient.id}`}>
            {t("doctor_visit.order")}
          </a>
          <a class="button quiet" href={`/doctor/certificates?patient=${patient.id}`}>
            {t("own_chart.certificates")}
          </a>
          <PrintButton />
        </>
      }
      paper={<PrintHead config={config} about={t("own_chart.print", { day: dateOnly(today()) })} patient={patient} />}
    >
      <OpenedNow access={chart.access} me={account.id} again={of.again} />
      <PatientStrip patient={patient} chart={chart} />
      <div class="chart-columns">
        <div class="stack beside">
          <Allergies chart={chart} of={of} />
          <Problems chart={chart} of={of} />
          <Changes patient={patient.id} version={chart.version} />
          <TakesNow patient={patient.id} onStopped={of.again} />
          <ChartVitals patient={patient.id} />
          <FollowUp patient={patient.id} />
          <OrderList patient={patient.id} me={account.id} />
          <PastEmergencyAccess access={chart.access} />
        </div>
        <section aria-label={t("own_chart.record")}>
          <Tabs label={t("own_chart.kinds")} tabs={[undefined, ...KINDS].map((one) => drawn(one, kind, chart))} />
          <RecordList chart={chart} kinds={kind ? [kind] : KINDS} me={account.id} />
        </section>
      </div>
    </Page>
  );
}

function drawn(kind: Kind | undefined, current: Kind | undefined, chart: Chart) {
  return {
    href: withQuery({ kind: kind ?? null }),
    text: t(kind ? `own_chart.kind.${kind}` : "own_chart.all"),
    current: kind === current,
    count: kind && chart[kind].length,
  };
}
