/** Prescribes for a patient (`?patient=`), optionally in a visit (`?visit=`), and returns there. */
import { useState } from "preact/hooks";
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
import { backTo, type ChartQuery } from "../chart/chart-from-query";
import { PatientStrip } from "../chart/patient-strip";
import { QueriedChart } from "../chart/queried-chart";
import { Override } from "./allergies";
import {
  allConflicts,
  type Conflict,
  check,
  copied,
  empty,
  fieldIds,
  lastOf,
  nextKey,
  sent,
  type Typed,
} from "./items";
import { Medicines } from "./medicine";
import { Before, CopyLast, Restored } from "./parts";
import "../../../style/portals/doctor.css";

export default function Prescribe({ query, account }: OwnProps) {
  return (
    <QueriedChart query={query}>
      {(chart, chartQuery) => <Form key={chart.patient.id} chart={chart} chartQuery={chartQuery} me={account.id} />}
    </QueriedChart>
  );
}

interface Props {
  chart: Schemas["Chart"];
  chartQuery: ChartQuery;
  me: number;
}

const NOTHING: Typed = { items: [empty(1)], notes: "", override: "" };

function Form({ chart, chartQuery, me }: Props) {
  const { patient } = chart;
  const back = backTo(chartQuery, patient.id);
  const draft = useDraft(`prescribe.${patient.id}`, NOTHING);
  const { items, notes, override } = draft.value;
  const put = (change: Partial<Typed>): void => draft.set({ ...draft.value, ...change });
  const [refused, setRefused] = useState<readonly Conflict[]>([]);
  const [message, setMessage] = useState("");
  const [restored, setRestored] = useState(draft.restored);
  const against = allConflicts(items, chart, refused);
  const last = lastOf(chart, me);

  const found = (): Mistake[] => [
    ...check(items),
    ...(against.length > 0 && !override.trim()
      ? [{ field: "override_reason", message: t("prescribe.missing.override") }]
      : []),
  ];
  const act = async (): Promise<Mistake[]> => {
    const body = {
      patient_id: patient.id,
      appointment_id: chartQuery.visit,
      items: items.map(sent),
      notes: notes.trim() || null,
      override_reason: against.length > 0 ? override.trim() : null,
    };
    const done = await outcome(api.POST("/api/doctor/prescriptions", { body }));
    if (done.ok) {
      draft.drop();
      const page = `/doctor/prescriptions/${done.data.id}?patient=${patient.id}`;
      go(chartQuery.visit === null ? page : back, { say: "prescribed" });
      return [];
    }
    const { problem } = done;
    if (problem.code !== "allergy_conflict") return mistakes(problem, done.retryAfter, fieldIds(items));
    // an allergy noted since the page was opened
    setRefused(problem.conflicts);
    return [{ field: "override_reason", message: plural("prescribe.allergic", problem.conflicts.length) }];
  };
  const { busy, errors, submit } = useForm(found, act);

  const copy = (earlier: Schemas["Prescription"]): void => {
    draft.set(copied(draft.value, earlier));
    setMessage(plural("prescribe.copied", earlier.items.length));
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
            <Medicines items={items} put={(next) => put({ items: next })} chart={chart} errors={errors} />
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
            {against.length > 0 && (
              <Override
                against={against}
                value={override}
                onValue={(value) => put({ override: value })}
                errors={errors}
              />
            )}
            <Submit busy={busy} label={t("prescribe.submit")} busyLabel={t("prescribe.busy")} />
          </form>
        </div>
        <Before chart={chart} />
      </div>
    </Page>
  );
}
