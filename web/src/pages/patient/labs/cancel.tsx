/** Confirms cancelling a laboratory visit. Focus and Escape are on keeping it. */
import { useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { AskDialog } from "../../../ui/AskDialog";
import { isOpen, type LabVisit, labSentence } from "./visit";

interface Props {
  visit: LabVisit;
  /** The current visit; whether this dialog cancelled it. */
  onChange: (now: LabVisit, cancelled: boolean) => void;
}

export function LabCancel({ visit, onChange }: Props) {
  const [confirming, setConfirming] = useState(false);
  const close = (now: LabVisit, cancelled: boolean): void => {
    setConfirming(false);
    if (now !== visit) onChange(now, cancelled);
  };
  return (
    <>
      <button type="button" class="button quiet" onClick={() => setConfirming(true)}>
        {t("lab_cancel.open")}
      </button>
      {confirming && <Ask visit={visit} onClose={close} />}
    </>
  );
}

function Ask({ visit, onClose }: { visit: LabVisit; onClose: Props["onChange"] }) {
  const [shown, setShown] = useState(visit);
  const path = { booking_id: visit.id };
  const send = async (reason: string | null): Promise<Mistake[]> => {
    const params = { path, header: unchanged(shown) };
    const done = await outcome(api.PUT("/api/labs/bookings/{booking_id}/cancel", { params, body: { reason } }));
    if (done.ok) {
      onClose(done.data, true);
      return [];
    }
    const { code } = done.problem;
    if (code === "stale" || code === "illegal_transition") {
      const now = await outcome(api.GET("/api/labs/bookings/{booking_id}", { params: { path } }));
      if (now.ok) setShown(now.data);
      return [{ field: null, message: t(code === "stale" ? "lab_cancel.stale" : "lab_cancel.late") }];
    }
    return mistakes(done.problem, done.retryAfter, ["reason"]);
  };
  return (
    <AskDialog
      title={t("lab_cancel.title")}
      reason={{ draft: `lab.cancel.${visit.id}`, label: t("lab_cancel.reason") }}
      keep={t("lab_cancel.keep")}
      act={t("lab_cancel.submit")}
      busy={t("lab_cancel.busy")}
      danger
      over={!isOpen(shown) && t("lab_cancel.close")}
      onClose={() => onClose(shown, false)}
      send={send}
    >
      <p>{labSentence(shown)}</p>
    </AskDialog>
  );
}
