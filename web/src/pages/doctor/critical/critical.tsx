/** One critical result: its values, the patient's phone, and the acknowledgement with the action taken. */

import { useRef } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import { answers, type Critical } from "../../../lib/clinical/critical";
import { useDraft } from "../../../lib/forms/draft";
import { missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { testNameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { ageOn, dateOnly, when } from "../../../lib/time/time";
import { Corrected } from "../../../ui/Corrected";
import { CriticalState, Doctors, Reports, Values } from "../../../ui/CriticalReports";
import { Details } from "../../../ui/Details";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";

const POLL_MS = 60_000;

export default function CriticalResult({ params, account }: OwnProps) {
  const id = Number(params.id);
  const path = { critical_result_id: id };
  const found = useLoad(
    () => outcome(api.GET("/api/doctor/critical-results/{critical_result_id}", { params: { path } })),
    [account.id, id],
    { every: POLL_MS },
  );
  const state = useRef<HTMLDivElement>(null);
  const put = (now: Critical): void => {
    found.put(now);
    answers.set(answers.get() + 1);
    state.current?.focus();
  };
  return (
    <Page title={t("critical.title")} back={{ href: "/doctor/results", text: t("critical.back") }}>
      <Ready of={found} whole>
        {(one) => (
          <div class="stack">
            <div role="status" tabIndex={-1} ref={state}>
              <CriticalState one={one} />
            </div>
            <Facts one={one} />
            <Corrected of={one.result} />
            <Values one={one} />
            <Reports one={one} />
            {!one.closed_at && one.doctors.some((doctor) => doctor.id === account.id) && (
              <Acknowledge key={one.id} one={one} put={put} again={found.again} />
            )}
          </div>
        )}
      </Ready>
    </Page>
  );
}

function Facts({ one }: { one: Critical }) {
  const { patient, reference, ordered_by, verified_at, verified_by, note } = one.result;
  const born = patient.date_of_birth;
  return (
    <Details
      of={[
        [
          t("critical.patient"),
          <a key="chart" class="strong" href={`/doctor/patients/${patient.id}`}>
            {patient.full_name}
          </a>,
        ],
        [t("critical.phone"), one.patient_phone ? <Tel number={one.patient_phone} /> : t("critical.no_phone")],
        [t("critical.born"), born && t("critical.born_age", { date: dateOnly(born), age: ageOn(born) })],
        [t("critical.test"), `${testNameOf(one.result)}, ${reference}`],
        [t("critical.ordered"), ordered_by?.full_name ?? t("critical.own_booking")],
        [t("critical.verified"), verified_at && `${when(verified_at)}, ${verified_by?.full_name ?? ""}`],
        [t("critical.note"), note],
        [t("critical.doctors"), !one.closed_at && <Doctors key="doctors" one={one} />],
      ]}
    />
  );
}

function Acknowledge({ one, put, again }: { one: Critical; put: (now: Critical) => void; again: () => void }) {
  const action = useDraft(`critical.${one.id}`, "");
  const { busy, errors, submit } = useForm(
    () => missing({ action: { value: action.value, say: "critical.action.missing" } }),
    async () => {
      const params = { path: { critical_result_id: one.id }, header: unchanged(one) };
      const body = { action: action.value.trim() };
      const done = await outcome(api.PUT("/api/doctor/critical-results/{critical_result_id}", { params, body }));
      if (done.ok) {
        action.drop();
        put(done.data);
        return [];
      }
      // shows the answer of another person; the typed text stays
      if (["stale", "critical_closed", "belongs_to_another"].includes(done.problem.code)) again();
      return mistakes(done.problem, done.retryAfter, ["action"]);
    },
  );
  return (
    <form noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <TextArea
        id="action"
        label={t("critical.action")}
        hint={t("critical.action.hint")}
        rows={3}
        longest={500}
        value={action.value}
        onValue={action.set}
        mistakes={errors}
      />
      <Submit busy={busy} label={t("critical.acknowledge")} busyLabel={t("critical.saving")} />
    </form>
  );
}
