/** One mail or text message about a visit: recipient, visit, result of sending, and actions of reception. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { dateOnly, longWhen, when } from "../../../lib/time/time";
import { Tel } from "../../../ui/Tel";

type Notice = Schemas["VisitNotice"];

interface Props {
  of: Notice;
  /** The outcome as text. */
  onChanged: (message: string) => void;
  /** It was changed meanwhile. */
  onStale: () => void;
}

export function NoticeLine({ of, onChanged, onStale }: Props) {
  const { kind, patient, visit } = of;
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState("");
  const about = { name: patient.full_name, when: longWhen(visit.starts_at) };
  const act = async (step: "called" | "resend"): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const params = { path: { notice_id: of.id } };
    const done = await outcome(
      step === "called"
        ? api.PUT("/api/reception/notices/{notice_id}/called", { params })
        : api.PUT("/api/reception/notices/{notice_id}/resend", { params }),
    );
    setBusy(false);
    if (done.ok) return onChanged(t(`notices.done.${step}`, about));
    if (done.problem.code === "illegal_transition") return onStale();
    setMistake(problemText(done.problem, done.retryAfter));
  };
  const wasNotSent = of.state === "failed" || of.state === "no_address";
  return (
    <div class="stack close">
      <p class="row">
        <a class="strong" href={`/desk/patients/${patient.id}`}>
          {patient.full_name}
        </a>
        {patient.date_of_birth && <span>{t("patient.born", { date: dateOnly(patient.date_of_birth) })}</span>}
        {patient.phone && <Tel number={patient.phone} />}
      </p>
      <p class="row">
        <b>{t(`notices.kind.${kind}`)}</b>
        <span>{longWhen(visit.starts_at)}</span>
        <span>{visit.doctor.full_name}</span>
      </p>
      <p class="row muted">
        <span>{outcomeOf(of)}</span>
        {of.called_at && (
          <span>{t("notices.called", { when: when(of.called_at), by: of.called_by?.full_name ?? "" })}</span>
        )}
      </p>
      {wasNotSent && (
        <div class="row">
          {!of.called_at && (
            <button type="button" class="button quiet small" aria-disabled={busy} onClick={() => void act("called")}>
              {t("notices.act.called")}
              <span class="unseen"> {t("notices.of", about)}</span>
            </button>
          )}
          <button type="button" class="button quiet small" aria-disabled={busy} onClick={() => void act("resend")}>
            {t("notices.act.resend")}
            <span class="unseen"> {t("notices.of", about)}</span>
          </button>
        </div>
      )}
      {mistake && (
        <p class="mistake" role="alert">
          {mistake}
        </p>
      )}
    </div>
  );
}

function outcomeOf({ state, sent_at, due_at, failure, attempts, channel }: Notice): string {
  if (state === "sent")
    return t(channel === "text" ? "notices.state.texted" : "notices.state.sent", { when: when(sent_at ?? due_at) });
  if (state === "waiting" && attempts > 0)
    return t("notices.state.retried", { when: when(due_at), reason: failure ?? "" });
  if (state === "waiting") return t("notices.state.waiting", { when: when(due_at) });
  if (state === "failed") return t("notices.state.failed", { reason: failure ?? "" });
  return t(`notices.state.${state}`);
}
