/** One visit: patient, reason, status, notes and record (`?tab=`). */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { dayOf, span, today } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { Status } from "../../../ui/Chip";
import { Details } from "../../../ui/Details";
import { Page } from "../../../ui/frame/Page";
import { Problem as Trouble } from "../../../ui/frame/Problem";
import { Idle } from "../../../ui/Idle";
import { later } from "../../../ui/Later";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { JoinVideo } from "../../../ui/types/JoinVideo";
import { TypeFacts } from "../../../ui/types/TypeFacts";
import { loadChart } from "../chart/load-chart";
import { PatientStrip } from "../chart/patient-strip";
import type { Chart } from "../chart/record";
import { TakesNow } from "../chart/takes-now";
import { FollowUp } from "../follow-up/follow-up";
import { OrderList } from "../order/order-list";
import { useVitals } from "../vitals/load";
import { useNotes } from "./notes";
import { VisitNotes } from "./notes-form";
import { PastVisits } from "./past-visits";
import { useStatus } from "./status";
import { Acts } from "./status-actions";
import { Summary, useWide } from "./summary";
import { VisitActs } from "./visit-acts";
import { loadVisit, type Visit } from "./visits";

// the notes are shown first, without the charts of results
const RecordList = later(async () => ({ default: (await import("../chart/record-list")).RecordList }));

const TABS = ["notes", "prescriptions", "referrals", "results"] as const;
type Tab = (typeof TABS)[number];
type Props = Pick<OwnProps, "query" | "config" | "account">;
type ChartLoaded = Loaded<Chart>;

export default function VisitPage({ params, ...rest }: OwnProps) {
  const visit = useLoad(() => loadVisit(Number(params.id)), [params.id], { every: 60_000 });
  return (
    <Ready of={visit} whole>
      {(shown) => <Shown visit={shown} put={visit.put} again={visit.again} {...rest} />}
    </Ready>
  );
}

function loadRoom(appointment_id: number) {
  return outcome(api.GET("/api/doctor/appointments/{appointment_id}/video", { params: { path: { appointment_id } } }));
}

interface ShownProps extends Props {
  visit: Visit;
  put: (visit: Visit) => void;
  again: () => void;
}

function Shown({ visit, put, again, query, config, account }: ShownProps) {
  const { id, patient, starts_at, ends_at, reference } = visit;
  const chart: ChartLoaded = useLoad(() => loadChart(patient.id), [patient.id]);
  const vitals = useVitals(patient.id);
  const writing = useNotes(id);
  const acts = useStatus(put);
  const wide = useWide();
  const awaited = chart.data === undefined && chart.failure === null;
  const unmeasured = vitals.data === undefined && vitals.failure === null;
  const tab = TABS.find((one) => one === query.get("tab")) ?? "notes";
  const day = dayOf(starts_at);
  // the notes have their own buttons that complete the visit
  const unsigned = tab === "notes" && writing.loaded.data?.status === "draft";
  return (
    <Page
      title={patient.full_name}
      lead={span(starts_at, ends_at)}
      back={{ href: day === today() ? "/doctor" : `/doctor?day=${day}`, text: t("doctor_visit.back") }}
      actions={<PrintButton />}
      paper={<PrintHead config={config} about={t("doctor_visit.print", { reference })} patient={patient} />}
    >
      <PatientStrip patient={patient} chart={chart.data} awaited={awaited} link={awaited || chart.data !== undefined} />
      {chart.failure && chart.data === undefined && <NoChart failure={chart.failure} again={chart.again} />}
      <div class="visit-columns">
        <VisitActs visit={visit} me={account.id} vitals={vitals} />
        {wide && chart.data && <Summary chart={chart.data} vitals={vitals} />}
        <div class="visit-main">
          <Tabs label={t("doctor_visit.tabs")} tabs={TABS.map((one) => drawn(one, tab, awaited ? null : chart.data))} />
          {tab === "notes" && (
            <VisitNotes
              writing={writing}
              visit={visit}
              chart={chart.data}
              vitals={vitals.data?.items}
              awaited={awaited || unmeasured}
              acts={acts}
              completed={again}
            />
          )}
          {tab !== "notes" && chart.data && <RecordList chart={chart.data} kinds={[tab]} me={account.id} />}
        </div>
        <div class="stack beside">
          <section class="card stack close">
            <div class="row between">
              <h2>{t("doctor_visit.status")}</h2>
              <Status kind="appointment" status={visit.status} />
            </div>
            <Acts visit={visit} acts={acts} after="visit-facts" without={unsigned ? "completed" : undefined} />
            <p class={acts.message?.isError ? "warning" : "unseen"} role="status">
              {acts.message?.text}
            </p>
            <div id="visit-facts" tabIndex={-1} class="stack close">
              <p class={visit.reason ? "strong" : "muted"}>{visit.reason ?? t("today.no_reason")}</p>
              <Facts visit={visit} />
              {visit.visit_type && <TypeFacts of={visit.visit_type} named />}
              {visit.visit_type?.is_video && <JoinVideo load={() => loadRoom(id)} />}
            </div>
          </section>
          <Idle>
            <FollowUp patient={patient.id} visit={id} />
          </Idle>
          <Idle>
            <section class="card">
              <OrderList patient={patient.id} visit={id} me={account.id} />
            </section>
          </Idle>
          {chart.data && (
            <Idle>
              <section class="card">
                <TakesNow patient={patient.id} visit={id} onStopped={chart.again} />
              </section>
            </Idle>
          )}
          {chart.data && (
            <Idle>
              <PastVisits chart={chart.data} visit={visit} me={account.id} />
            </Idle>
          )}
        </div>
      </div>
    </Page>
  );
}

function Facts({ visit: { place, reference, cancel_reason, overbook_reason } }: { visit: Visit }) {
  return (
    <Details
      of={[
        [t("doctor_visit.cancel_reason"), cancel_reason],
        [t("overbooked"), overbook_reason],
        [t("doctor_visit.place"), place],
        [t("doctor_visit.reference"), reference],
      ]}
    />
  );
}

/** The visit is shown without a chart too: a cancelled visit opens none. */
function NoChart({ failure, again }: { failure: NonNullable<ChartLoaded["failure"]>; again: () => void }) {
  if (failure.problem.code !== "not_found") return <Trouble failure={failure} again={again} />;
  return <p class="info">{t("doctor_visit.no_chart")}</p>;
}

/** `chart` null: loading. */
function drawn(tab: Tab, current: Tab, chart: Chart | null | undefined) {
  return {
    href: withQuery({ tab: tab === "notes" ? null : tab }),
    text: t(`doctor_visit.tab.${tab}`),
    current: tab === current,
    count: tab === "notes" ? undefined : chart === null ? null : chart?.[tab].length,
  };
}
