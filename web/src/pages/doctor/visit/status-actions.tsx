/** The status buttons of a visit: the likeliest step, the others in a menu, and undo. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Key, t, tCode } from "../../../lib/i18n/i18n";
import { useObservable } from "../../../lib/loading/use-observable";
import { account } from "../../../lib/session/account";
import { dayOf, today } from "../../../lib/time/time";
import { ActionMenu } from "../../../ui/ActionMenu";
import { isMovable } from "../follow-up/movable";
import type { StatusActs } from "./status";
import { isFinal, timedSteps, type Visit, type VisitStatus } from "./visits";

type Confirm = typeof import("../cancel/confirm-cancel").default;

interface Props {
  visit: Visit;
  acts: StatusActs;
  /** The id of the element to focus after the last button is removed. */
  after: string;
  /** A step that has its button elsewhere on the page. */
  without?: VisitStatus | undefined;
}

export function Acts({ visit, acts, after, without }: Props) {
  const [confirming, setConfirming] = useState<{ to: VisitStatus; Dialog: Confirm } | null>(null);
  const shown = useRef(visit.status);
  useEffect(() => {
    if (shown.current !== visit.status && isFinal(visit.status)) document.getElementById(after)?.focus();
    shown.current = visit.status;
  }, [visit.status, after]);
  const choose = (to: VisitStatus): void => {
    if (!isFinal(to)) acts.step(visit, to);
    // loaded when it opens: its form is no part of the day
    else void import("../cancel/confirm-cancel").then((found) => setConfirming({ to, Dialog: found.default }));
  };
  const { now: possible, later } = timedSteps(visit);
  const now = possible.filter((to) => to !== without);
  const isAhead = dayOf(visit.starts_at) > today();
  // cancelling is never the likeliest step
  const first = now[0] === "cancelled" ? undefined : now[0];
  const others = now.filter((to) => to !== first);
  const notYet = later.map(({ to, from }) => t("step.from", { step: word(visit.status, to), when: from }));
  if (now.length + later.length === 0) return null;
  const busy = acts.busy.includes(visit.id);
  return (
    <div class="acts">
      {first && (
        <button
          type="button"
          id={`step-${visit.id}`}
          // arrived patients are emphasised
          class={isLikely(visit.status) && !without ? "button small" : "button quiet small"}
          aria-disabled={busy}
          aria-label={named(visit, first)}
          // ignore the second press of a double click
          onClick={({ detail }) => detail < 2 && choose(first)}
        >
          {word(visit.status, first)}
        </button>
      )}
      {isAhead && <MoveLink visit={visit} />}
      {isAhead &&
        others.map((to) => (
          <button
            key={to}
            type="button"
            class="button quiet small"
            aria-disabled={busy}
            aria-label={named(visit, to)}
            onClick={({ detail }) => detail < 2 && choose(to)}
          >
            {word(visit.status, to)}
          </button>
        ))}
      {!isAhead && others.length > 0 && (
        <ActionMenu
          id={`others-${visit.id}`}
          about={visit.patient.full_name}
          items={others.map((to) => ({
            text: word(visit.status, to),
            name: named(visit, to),
            onClick: () => choose(to),
          }))}
        >
          {notYet.map((text) => (
            <p key={text} class="muted">
              {text}
            </p>
          ))}
        </ActionMenu>
      )}
      {!isAhead && others.length === 0 && notYet.length > 0 && <span class="muted small">{notYet.join(", ")}</span>}
      {acts.undo?.id === visit.id && (
        <button
          type="button"
          id={`undo-${visit.id}`}
          class="link"
          aria-label={t("status.undo.of", { name: visit.patient.full_name })}
          onClick={() => acts.back(visit)}
        >
          {t("status.undo")}
        </button>
      )}
      {confirming && (
        <confirming.Dialog
          visit={visit}
          onClose={() => setConfirming(null)}
          onSure={(reason) => {
            setConfirming(null);
            acts.step(visit, confirming.to, reason);
          }}
        />
      )}
    </div>
  );
}

function isLikely(status: VisitStatus): boolean {
  return status === "arrived" || status === "in_progress";
}

function MoveLink({ visit }: { visit: Visit }) {
  const me = useObservable(account);
  if (!me || !isMovable(visit, me.id)) return null;
  return (
    <a
      class="button quiet small"
      href={`/doctor/visits/${visit.id}/move`}
      aria-label={t("visit_move.of", { name: visit.patient.full_name })}
    >
      {t("visit_move")}
    </a>
  );
}

/** Some steps have another label when they lead back. */
function word(from: VisitStatus, to: VisitStatus): string {
  return tCode(`step.${from}`, to, t(`step.${to}` as Key));
}

function named(visit: Visit, to: VisitStatus): string {
  return t("step.of", { step: word(visit.status, to), name: visit.patient.full_name });
}
