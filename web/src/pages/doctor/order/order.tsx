/** Orders laboratory tests for a patient (`?patient=`), optionally in a visit (`?visit=`), and returns there. */
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { today } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Page } from "../../../ui/frame/Page";
import { backTo, type ChartQuery } from "../chart/chart-from-query";
import { PatientStrip } from "../chart/patient-strip";
import { QueriedChart } from "../chart/queried-chart";
import type { Order } from "./order-draft";
import { Chosen, Finder } from "./tests";
import { When } from "./time";
import "../../../style/portals/doctor.css";
import "../../../style/portals/review.css";

export default function NewOrder({ query }: OwnProps) {
  return (
    <QueriedChart query={query}>
      {(chart, chartQuery) => <OrderPage key={chart.patient.id} chart={chart} chartQuery={chartQuery} />}
    </QueriedChart>
  );
}

function OrderPage({ chart, chartQuery }: { chart: Schemas["Chart"]; chartQuery: ChartQuery }) {
  const { patient } = chart;
  const { visit } = chartQuery;
  const back = backTo(chartQuery, patient.id);
  const draft = useDraft<Order>(`order.${patient.id}`, {
    tests: [],
    note: "",
    timed: false,
    day: today(),
    starts_at: "",
  });
  const order = draft.value;
  const put = (change: Partial<Order>): void => draft.set({ ...draft.value, ...change });
  const { busy, errors, submit } = useForm(
    () => check(order),
    async () => {
      const body = {
        patient_id: patient.id,
        test_codes: order.tests.map(({ code }) => code),
        ...(visit && { appointment_id: visit }),
        starts_at: order.timed ? order.starts_at : null,
        note: order.note.trim() || null,
      };
      const done = await outcome(api.POST("/api/doctor/lab-orders", { body }));
      if (done.ok) {
        draft.drop();
        go(back, { say: "ordered" });
        return [];
      }
      const { problem } = done;
      if (problem.code === "lab_full" || problem.code === "patient_busy") {
        put({ starts_at: "" });
        return [{ field: "starts_at", message: t(problem.code === "lab_full" ? "order.full" : "order.patient_busy") }];
      }
      if (problem.code === "outside_collection") {
        put({ starts_at: "" });
        return [{ field: "starts_at", message: t("order.outside") }];
      }
      if (problem.code === "unknown_test") {
        put({ tests: order.tests.filter(({ code }) => !problem.codes.includes(code)) });
        return [{ field: "q", message: t("order.unknown", { codes: problem.codes.join(", ") }) }];
      }
      return mistakes(problem, done.retryAfter, ["note", "starts_at"]);
    },
  );
  return (
    <Page
      title={t("order.title", { name: patient.full_name })}
      back={{ href: back, text: t(visit ? "order.back.visit" : "order.back.chart") }}
    >
      <PatientStrip patient={patient} chart={chart} link />
      <ErrorSummary mistakes={errors} />
      <div class="order-columns">
        <Finder chosen={order.tests} add={(test) => put({ tests: [...order.tests, test] })} />
        <form noValidate onSubmit={submit} class="card">
          <Chosen
            tests={order.tests}
            remove={(code) => put({ tests: order.tests.filter((one) => one.code !== code) })}
          />
          <TextArea
            id="note"
            label={t("order.note")}
            hint={t("order.note.hint")}
            optional
            rows={2}
            value={order.note}
            onValue={(note) => put({ note })}
            mistakes={errors}
          />
          <When patient={patient.id} order={order} put={put} errors={errors} />
          <Submit busy={busy} label={t("order.submit")} busyLabel={t("order.busy")} />
        </form>
      </div>
    </Page>
  );
}

function check({ tests, timed, starts_at }: Order): Mistake[] {
  return [
    ...(tests.length === 0 ? [{ field: "q", message: t("order.missing") }] : []),
    ...(tests.length > 20 ? [{ field: "q", message: t("order.too_many") }] : []),
    ...(timed && !starts_at ? [{ field: "starts_at", message: t("order.missing_time") }] : []),
  ];
}
