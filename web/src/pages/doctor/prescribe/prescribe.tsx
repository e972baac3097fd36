/** Prescribes for a patient (`?patient=`), optionally in a visit (`?visit=`), and returns there. `?continue=` copies a prescription. */
import { useEffect, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Page } from "../../../ui/frame/Page";
import { backTo, type ChartQuery, idIn } from "../chart/chart-from-query";
import { PatientStrip } from "../chart/patient-strip";
import { QueriedChart } from "../chart/queried-chart";
import { TakesNow } from "../chart/takes-now";
import { type Reasons, reasonId } from "./alerts";
import { type Alert, asksReason, useCheck } from "./check";
import type { Choice } from "./choices";
import { Favourites, useMostUsed } from "./favourites";
import { check, copied, empty, fieldIds, lastOf, nextKey, sent, type Typed, toContinue, withChoice } from "./items";
import { Medicines } from "./medicine";
import { CopyLast, Restored } from "./parts";
import "../../../style/portals/doctor.css";

export default function Prescribe({ query, account }: OwnProps) {
  return (
    <QueriedChart query={query}>
      {(chart, chartQuery) => (
        <Form
          key={chart.patient.id}
          chart={chart}
          chartQuery={chartQuery}
          me={account.id}
          continued={idIn(query.get("continue"))}
        />
      )}
    </QueriedChart>
  );
}

interface Props {
  chart: Schemas["Chart"];
  chartQuery: ChartQuery;
  me: number;
  /** The prescription to continue. */
  continued: number | null;
}

const NOTHING: Typed = { items: [empty(1)], notes: "", reasons: {} };

function Form({ chart, chartQuery, me, continued }: Props) {
  const { patient } = chart;
  const back = backTo(chartQuery, patient.id);
  const draft = useDraft(`prescribe.${patient.id}`, NOTHING);
  // a draft of an earlier version has no reasons
  const { items, notes, reasons = {} } = draft.value;
  const put = (change: Partial<Typed>): void => draft.set({ ...draft.value, ...change });
  const [message, setMessage] = useState("");
  const [added, setAdded] = useState("");
  const [restored, setRestored] = useState(draft.restored);
  const used = useMostUsed();
  const checked = useCheck(patient.id, items);
  const asking = checked.alerts.filter(asksReason);
  const last = lastOf(chart, me);
  const given: Reasons = {
    of: (key) => reasons[key] ?? "",
    put: (key, reason) => put({ reasons: { ...reasons, [key]: reason } }),
  };

  const found = (): Mistake[] => [...check(items), ...withoutReason(checked.alerts, given)];
  const act = async (): Promise<Mistake[]> => {
    const body = {
      patient_id: patient.id,
      appointment_id: chartQuery.visit,
      items: items.map(sent),
      notes: notes.trim() || null,
      overrides: asking.map(({ key }) => ({ key, reason: given.of(key).trim() })),
    };
    const done = await outcome(api.POST("/api/doctor/prescriptions", { body }));
    if (done.ok) {
      draft.drop();
      const page = `/doctor/prescriptions/${done.data.id}?patient=${patient.id}`;
      go(chartQuery.visit === null ? page : back, { say: "prescribed" });
      return [];
    }
    const { problem } = done;
    // an allergy or a medicine that was recorded since the last check, or that has ended
    if (problem.code === "unsafe") {
      checked.put(problem.alerts);
      const open = withoutReason(problem.alerts, given);
      return [{ field: null, message: plural("alerts.refused", open.length) }, ...open];
    }
    if (problem.code === "malformed") checked.again();
    return mistakes(problem, done.retryAfter, [...fieldIds(items), ...asking.map((_, n) => reasonId(n))]);
  };
  const { busy, errors, submit } = useForm(found, act);

  const copy = (earlier: Schemas["Prescription"]): void => {
    draft.set(copied(draft.value, earlier));
    setMessage(plural("prescribe.copied", earlier.items.length));
  };
  useEffect(() => {
    const earlier = chart.prescriptions.find(({ id }) => id === continued);
    const more = earlier && toContinue(draft.value, earlier);
    if (more && more.items.length > 0) copy(more);
  }, []);
  const choose = ({ name, fills }: Choice): void => {
    put({ items: withChoice(items, fills) });
    setAdded(t("favourites.added", { medicine: name }));
  };
  const startAgain = (): void => {
    draft.set({ ...NOTHING, items: [empty(nextKey(items))] });
    draft.drop();
    setRestored(false);
    document.getElementById("medicines-title")?.focus();
  };
  return (
    <Page
      title={t("prescribe.title", { name: patient.full_name })}
      back={{ href: back, text: t(chartQuery.visit === null ? "prescribe.back.chart" : "prescribe.back.visit") }}
    >
      <PatientStrip patient={patient} chart={chart} link />
      <div class="prescribe-columns">
        <div>
          <ErrorSummary mistakes={errors} />
          <form noValidate onSubmit={submit}>
            {restored && <Restored startAgain={startAgain} />}
            {last && <CopyLast last={last} copy={copy} message={message} />}
            <Favourites used={used} choose={choose} message={added} />
            <Medicines
              items={items}
              put={(next) => put({ items: next })}
              check={checked}
              reasons={given}
              used={used.data?.items ?? []}
              errors={errors}
            />
            <TextArea
              id="notes"
              label={t("prescribe.notes")}
              hint={t("prescribe.notes.hint")}
              optional
              rows={2}
              value={notes}
              onValue={(value) => put({ notes: value })}
              mistakes={errors}
            />
            <Submit busy={busy} label={t("prescribe.submit")} busyLabel={t("prescribe.busy")} />
          </form>
        </div>
        <aside>
          <TakesNow patient={patient.id} continuing={false} onStopped={checked.again} />
        </aside>
      </div>
    </Page>
  );
}

/** The mistakes of alerts that ask a reason and have none. */
function withoutReason(alerts: readonly Alert[], given: Reasons): Mistake[] {
  return alerts
    .filter(asksReason)
    .flatMap(({ key, medicine }, n) =>
      given.of(key).trim() ? [] : [{ field: reasonId(n), message: t("alerts.missing", { medicine }) }],
    );
}
