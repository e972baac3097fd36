/** Cancels a laboratory visit after asking. The focus is on keeping it, and so is Escape. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../api/client";
import { useDraft } from "../../lib/draft";
import { type Mistake, mistakes, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { Dialog } from "../../ui/Dialog";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { TextArea } from "../../ui/TextArea";
import { isOpen, type LabVisit, labSentence } from "./lab-visit";

interface Props {
  visit: LabVisit;
  /** The visit as it is now; whether it was the reader who cancelled it. */
  onChange: (now: LabVisit, cancelled: boolean) => void;
}

export function LabCancel({ visit, onChange }: Props) {
  const [asking, setAsking] = useState(false);
  const close = (now: LabVisit, cancelled: boolean): void => {
    setAsking(false);
    if (now !== visit) onChange(now, cancelled);
  };
  return (
    <>
      <button type="button" class="button quiet" onClick={() => setAsking(true)}>
        {t("lab_cancel.open")}
      </button>
      {asking && <Ask visit={visit} onClose={close} />}
    </>
  );
}

function Ask({ visit, onClose }: { visit: LabVisit; onClose: Props["onChange"] }) {
  const [shown, setShown] = useState(visit);
  const reason = useDraft(`lab.cancel.${visit.id}`, "");
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  const path = { booking_id: visit.id };
  const act = async (): Promise<Mistake[]> => {
    const body = { reason: reason.value.trim() || null };
    const params = { path, header: unchanged(shown) };
    const done = await outcome(api.PUT("/api/labs/bookings/{booking_id}/cancel", { params, body }));
    if (done.ok) {
      reason.drop();
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
  const { busy, wrong, submit } = useForm(() => [], act);
  const open = isOpen(shown);
  return (
    <Dialog title={t("lab_cancel.title")} onClose={() => onClose(shown, false)}>
      <ErrorSummary mistakes={wrong} />
      <p>{labSentence(shown)}</p>
      <form noValidate onSubmit={submit}>
        {open && (
          <TextArea
            id="reason"
            label={t("lab_cancel.reason")}
            optional
            rows={2}
            longest={500}
            value={reason.value}
            onValue={reason.set}
            mistakes={wrong}
          />
        )}
        <div class="row cancel-acts">
          <button type="button" class="button" ref={keep} onClick={() => onClose(shown, false)}>
            {t(open ? "lab_cancel.keep" : "lab_cancel.close")}
          </button>
          {open && (
            <button type="submit" class="button danger" aria-disabled={busy}>
              {t(busy ? "lab_cancel.busy" : "lab_cancel.submit")}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
