/** Asks before a visit is cancelled. The focus is on keeping it, and so is Escape. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../api/client";
import { useDraft } from "../../lib/draft";
import { type Mistake, mistakes, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { longWhen } from "../../lib/time";
import { Dialog } from "../../ui/Dialog";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { TextArea } from "../../ui/TextArea";
import { loadVisit, type Visit } from "./visit";

interface Props {
  visit: Visit;
  /** The visit where it is no longer as given; whether it was the reader who cancelled it now. */
  onClose: (now: Visit | null, cancelled: boolean) => void;
}

export function CancelDialog({ visit, onClose }: Props) {
  const [shown, setShown] = useState(visit);
  const [closed, setClosed] = useState(false);
  const reason = useDraft(`cancel.${visit.id}`, "");
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  const leave = (): void => onClose(shown === visit ? null : shown, false);

  const act = async (): Promise<Mistake[]> => {
    const params = { path: { appointment_id: visit.id }, header: unchanged(shown) };
    const body = { reason: reason.value.trim() || null };
    const done = await outcome(api.PUT("/api/appointments/{appointment_id}/cancel", { params, body }));
    if (done.ok) {
      reason.drop();
      onClose(done.data, true);
      return [];
    }
    const { code } = done.problem;
    const changed = code === "stale" || code === "illegal_transition" || code === "too_late";
    const now = changed ? await loadVisit(visit.id) : null;
    if (now?.ok) setShown(now.data);
    setClosed(code === "illegal_transition" || code === "too_late");
    if (code === "stale") return [{ field: null, message: t("cancel.stale") }];
    return mistakes(done.problem, done.retryAfter, ["reason"]);
  };
  const { busy, wrong, submit } = useForm(() => [], act);

  return (
    <Dialog title={t("cancel.title")} onClose={leave}>
      <ErrorSummary mistakes={wrong} />
      <p>
        <b>{longWhen(shown.starts_at)}</b>
        <br />
        {shown.doctor.full_name}
      </p>
      <form noValidate onSubmit={submit}>
        {!closed && (
          <TextArea
            id="reason"
            label={t("cancel.reason")}
            hint={t("cancel.reason.hint")}
            optional
            rows={2}
            longest={500}
            value={reason.value}
            onValue={reason.set}
            mistakes={wrong}
          />
        )}
        <div class="row cancel-acts">
          <button type="button" class="button" ref={keep} onClick={leave}>
            {t(closed ? "cancel.close" : "cancel.keep")}
          </button>
          {!closed && (
            <button type="submit" class="button danger" aria-disabled={busy}>
              {t(busy ? "cancel.busy" : "cancel.submit")}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
