/** Reception's actions on a visit: a button for the likeliest next status; the others, moving and cancelling in a menu. */
import { useRef, useState } from "preact/hooks";
import { type Arrangement, type DeskVisit, isOpen, moveHref, rearrange, steps } from "../../../lib/desk/arrangements";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { dayOf, longWhen, today } from "../../../lib/time/time";
import { ActionMenu } from "../../../ui/ActionMenu";
import { AskDialog } from "../../../ui/AskDialog";

type Step = ReturnType<typeof steps>[number]["step"];
interface Props {
  visit: DeskVisit;
  /** The current visit, and the outcome as text. */
  onChanged: (visit: Arrangement, message: string) => void;
  /** The visit changed meanwhile. */
  onStale: () => void;
  /** Moves the visit on this page; without it another page does. */
  onMove?: () => void;
}

export function VisitActions({ visit, onChanged, onStale, onMove }: Props) {
  const [confirming, setConfirming] = useState(false);
  const chosen = useRef<Step>("arrived");
  const day = dayOf(visit.starts_at);
  const names = { patient: visit.patient.full_name, when: longWhen(visit.starts_at) };
  const changed = (now: Arrangement): void => {
    setConfirming(false);
    onChanged(now, t("arrangements.changed", { ...names, status: t(`appointment.${now.status}`) }));
    // the pressed button is removed
    requestAnimationFrame(() => document.getElementById(`visit-${visit.id}`)?.focus());
  };
  const acts = { visit, onDone: changed, onStale };
  const { busy, errors, submit } = useForm(
    () => [],
    () => take(acts, chosen.current),
  );
  const all = steps(visit);
  const notYet = all.flatMap(({ step, from }) =>
    from ? [t("arrangements.step.from", { step: word(visit, step), when: from })] : [],
  );
  const possible = all.filter(({ from }) => !from);
  const [first, ...others] = possible.map(({ step }) => ({
    text: word(visit, step),
    name: t("arrangements.step.of", { ...names, step: word(visit, step) }),
    onClick: (event: Event) => {
      chosen.current = step;
      submit(event);
    },
  }));
  const move: { text: string; name: string; href?: string; onClick?: () => void } = {
    text: t("arrangements.move"),
    name: t("arrangements.move.of", names),
    ...(onMove ? { onClick: onMove } : { href: moveHref({ id: visit.id, patient: visit.patient.id, day }) }),
  };
  const cancel = {
    text: t("arrangements.cancel"),
    name: t("arrangements.cancel.of", names),
    onClick: () => setConfirming(true),
  };
  const isAhead = day > today();
  return (
    <div class="acts">
      {first && (
        <button
          type="button"
          class="button quiet small"
          aria-disabled={busy}
          aria-label={first.name}
          onClick={first.onClick}
        >
          {first.text}
        </button>
      )}
      {isOpen(visit) && isAhead && (
        <>
          {move.href ? (
            <a class="button quiet small" href={move.href} aria-label={move.name}>
              {move.text}
            </a>
          ) : (
            <button type="button" class="button quiet small" aria-label={move.name} onClick={move.onClick}>
              {move.text}
            </button>
          )}
          <button type="button" class="button quiet small" aria-label={cancel.name} onClick={cancel.onClick}>
            {cancel.text}
          </button>
        </>
      )}
      {isOpen(visit) && !isAhead && (
        <ActionMenu id={`others-${visit.id}`} about={names.patient} items={[...others, move, cancel]}>
          {notYet.map((text) => (
            <p key={text} class="muted">
              {text}
            </p>
          ))}
        </ActionMenu>
      )}
      {errors[0] && (
        <span class="mistake" role="alert">
          {errors[0].message}
        </span>
      )}
      {confirming && <Cancel {...acts} onKeep={() => setConfirming(false)} />}
    </div>
  );
}

/** The steps back from "arrived" and "in the room" correct a click on the wrong row. */
function word({ status }: DeskVisit, step: Step): string {
  if (status === "arrived" && step === "confirmed") return t("arrangements.step.back");
  if (status === "in_progress" && step === "arrived") return t("arrangements.step.waits");
  return t(`arrangements.step.${step}`);
}

interface ActProps {
  visit: DeskVisit;
  onDone: (visit: Arrangement) => void;
  onStale: () => void;
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
      reason={{ draft: `cancel.${acts.visit.id}`, label: t("cancelled.reason"), hint: t("cancelled.reason.hint") }}
      send={(reason) => take(acts, "cancelled", reason)}
    >
      <p>
        <b>{longWhen(starts_at)}</b>
        <br />
        {t("arrangements.with", { patient: patient.full_name, doctor: doctor.full_name })}
      </p>
    </AskDialog>
  );
}

/** Set a status; return the mistakes. */
export async function take(
  { visit, onDone, onStale }: ActProps,
  status: Step | "cancelled",
  reason: string | null = null,
): Promise<Mistake[]> {
  const done = await rearrange(visit, { status, ...(reason && { reason }) });
  if (done.ok) {
    onDone(done.data);
    return [];
  }
  const { code } = done.problem;
  if (code !== "stale" && code !== "illegal_transition") return mistakes(done.problem, done.retryAfter, []);
  onStale();
  return [{ field: null, message: t("arrangements.stale") }];
}
