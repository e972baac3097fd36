/** What reception does with a visit: its next status in one click, move it, cancel it after a question. */
import { useState } from "preact/hooks";
import { type Mistake, mistakes, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { dayOf, longWhen, today } from "../../lib/time";
import { AskDialog } from "../../ui/AskDialog";
import { type Arrangement, isOpen, moveHref, rearrange, steps } from "./visits";

type Step = ReturnType<typeof steps>[number];
interface Props {
  visit: Arrangement;
  /** The visit as it is now, and what happened in words. */
  onChanged: (visit: Arrangement, said: string) => void;
  /** Somebody else was there before. */
  onStale: () => void;
}

export function VisitActions({ visit, onChanged, onStale }: Props) {
  const [asking, setAsking] = useState(false);
  const day = dayOf(visit.starts_at);
  const whose = { patient: visit.patient.full_name, when: longWhen(visit.starts_at) };
  const changed = (now: Arrangement): void => {
    setAsking(false);
    onChanged(now, t("arrangements.changed", { ...whose, status: t(`appointment.${now.status}`) }));
    // the button that was pressed is gone
    requestAnimationFrame(() => document.getElementById(`visit-${visit.id}`)?.focus());
  };
  return (
    <div class="visit-actions">
      {steps(visit, day <= today()).map((step) => (
        <OneClick key={step} visit={visit} step={step} onDone={changed} onStale={onStale} />
      ))}
      {isOpen(visit) && (
        <>
          <a
            class="button quiet small"
            href={moveHref({ id: visit.id, patient: visit.patient.id, day })}
            aria-label={t("arrangements.move.of", whose)}
          >
            {t("arrangements.move")}
          </a>
          <button
            type="button"
            class="button quiet small"
            aria-label={t("arrangements.cancel.of", whose)}
            onClick={() => setAsking(true)}
          >
            {t("arrangements.cancel")}
          </button>
        </>
      )}
      {asking && <Cancel visit={visit} onDone={changed} onStale={onStale} onKeep={() => setAsking(false)} />}
    </div>
  );
}

interface ActProps {
  visit: Arrangement;
  onDone: (visit: Arrangement) => void;
  onStale: () => void;
}

function OneClick({ visit, step, onDone, onStale }: ActProps & { step: Step }) {
  const { busy, wrong, submit } = useForm(
    () => [],
    () => take({ visit, onDone, onStale }, step),
  );
  // one step back from "arrived" is for a click on the wrong line
  const say =
    step === "confirmed" && visit.status === "arrived" ? "arrangements.step.back" : `arrangements.step.${step}`;
  const key = say as `arrangements.step.${Step}`;
  const whose = { patient: visit.patient.full_name, when: longWhen(visit.starts_at), step: t(key) };
  return (
    <>
      <button
        type="button"
        class="button quiet small"
        aria-disabled={busy}
        aria-label={t("arrangements.step.of", whose)}
        onClick={submit}
      >
        {t(key)}
      </button>
      {wrong[0] && (
        <span class="mistake" role="alert">
          {wrong[0].message}
        </span>
      )}
    </>
  );
}

function Cancel({ onKeep, ...acts }: ActProps & { onKeep: () => void }) {
  const { starts_at, patient, doctor } = acts.visit;
  return (
    <AskDialog
      title={t("arrangements.cancel.ask")}
      keep={t("arrangements.cancel.keep")}
      act={t("arrangements.cancel.submit")}
      busy={t("arrangements.cancel.busy")}
      danger
      onClose={onKeep}
      send={() => take(acts, "cancelled")}
    >
      <p>
        <b>{longWhen(starts_at)}</b>
        <br />
        {t("arrangements.with", { patient: patient.full_name, doctor: doctor.full_name })}
      </p>
    </AskDialog>
  );
}

async function take({ visit, onDone, onStale }: ActProps, status: Step | "cancelled"): Promise<Mistake[]> {
  const done = await rearrange(visit, { status });
  if (done.ok) {
    onDone(done.data);
    return [];
  }
  const { code } = done.problem;
  if (code !== "stale" && code !== "illegal_transition") return mistakes(done.problem, done.retryAfter, []);
  onStale();
  return [{ field: null, message: t("arrangements.stale") }];
}
