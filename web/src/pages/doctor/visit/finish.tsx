/** The buttons below a draft: sign and complete in one press, complete and sign later, or sign alone. */
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n/i18n";
import type { Writing } from "./notes";
import type { StatusActs } from "./status";
import { timedSteps, type Visit } from "./visits";

interface Props {
  visit: Visit;
  writing: Writing;
  acts: StatusActs;
  /** Ask before signing alone. */
  sign: () => void;
  /** Called after the notes are signed. */
  signed: () => void;
}

export function Finish({ visit, writing, acts, sign, signed }: Props) {
  const [busy, setBusy] = useState(false);
  const written = writing.text.trim() !== "";
  const complete = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const done = await writing.signAndComplete();
    setBusy(false);
    if (done) signed();
  };
  // the server refuses it: no note is signed of a visit that did not take place
  if (visit.status === "cancelled" || visit.status === "no_show")
    return <p class="muted small">{t(`notes.no_visit.${visit.status}`)}</p>;
  const completing = acts.busy.includes(visit.id);
  if (!canComplete(visit))
    return (
      written && (
        <button type="button" class="button quiet" onClick={sign}>
          {t("notes.sign")}
        </button>
      )
    );
  return (
    <div class="stack close finish">
      <div class="row">
        {written && (
          <button type="button" class="button" aria-disabled={busy} onClick={() => void complete()}>
            {t(busy ? "notes.complete.busy" : "notes.complete")}
          </button>
        )}
        <button
          type="button"
          class="button quiet"
          aria-disabled={completing}
          onClick={({ detail }) => detail < 2 && acts.step(visit, "completed")}
        >
          {t(completing ? "notes.later.busy" : "notes.later")}
        </button>
      </div>
      {written && <p class="muted small">{t("notes.complete.about")}</p>}
    </div>
  );
}

/** Whether the visit can be completed now. */
function canComplete(visit: Visit): boolean {
  return timedSteps(visit).now.includes("completed");
}
