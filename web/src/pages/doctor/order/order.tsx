/** Orders laboratory tests for a patient (`?patient=`), optionally in a visit (`?visit=`), and returns there. */
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { today } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { backTo, type ChartQuery } from "../chart/chart-from-query";
import { PatientStrip } from "../chart/patient-strip";
import { QueriedChart } from "../chart/queried-chart";
import { OrderForm } from "./form";
import { check, type Order, type Put, refusal } from "./order-draft";
import "../../../style/portals/doctor.css";
import "../../../style/portals/review.css";

const FRESH: Order = { tests: [], priority: "routine", note: "", timed: false, day: "", starts_at: "" };

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
  const fresh = { ...FRESH, day: today() };
  const draft = useDraft<Order>(`order.${patient.id}`, fresh);
  // a draft of an earlier version has no priority
  const order = { ...fresh, ...draft.value };
  const put: Put = (change) => draft.set({ ...fresh, ...draft.value, ...change });
  const form = useForm(
    () => check(order),
    async () => {
      const body = {
        patient_id: patient.id,
        test_codes: order.tests.map(({ code }) => code),
        ...(visit && { appointment_id: visit }),
        starts_at: order.timed ? order.starts_at : null,
        note: order.note.trim() || null,
        priority: order.priority,
      };
      const done = await outcome(api.POST("/api/doctor/lab-orders", { body }));
      if (!done.ok) return refusal(order, put, done.problem, done.retryAfter);
      draft.drop();
      go(back, { say: "ordered" });
      return [];
    },
  );
  return (
    <Page
      title={t("order.title", { name: patient.full_name })}
      back={{ href: back, text: t(visit ? "order.back.visit" : "order.back.chart") }}
    >
      <PatientStrip patient={patient} chart={chart} link />
      <OrderForm
        patient={patient.id}
        order={order}
        put={put}
        form={form}
        label={t("order.submit")}
        busyLabel={t("order.busy")}
      />
    </Page>
  );
}
