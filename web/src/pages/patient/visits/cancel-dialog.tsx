/** Confirms cancelling a visit. Focus and Escape are on keeping it. */
import { useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { longWhen } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { loadVisit, type Visit } from "./visit";

interface Props {
  visit: Visit;
  /** The changed visit; whether this dialog cancelled it. */
  onClose: (now: Visit | null, cancelled: boolean) => void;
}

export function CancelDialog({ visit, onClose }: Props) {
  const [shown, setShown] = useState(visit);
  const [closed, setClosed] = useState(false);

  const send = async (reason: string | null): Promise<Mistake[]> => {
    const params = { path: { appointment_id: visit.id }, header: unchanged(shown) };
    const done = await outcome(api.PUT("/api/appointments/{appointment_id}/cancel", { params, body: { reason } }));
    if (done.ok) {
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

  return (
    <AskDialog
      title={t("cancel.title")}
      reason={{ draft: `cancel.${visit.id}`, label: t("cancel.reason"), hint: t("cancel.reason.hint") }}
      keep={t("cancel.keep")}
      act={t("cancel.submit")}
      busy={t("cancel.busy")}
      danger
      over={closed && t("cancel.close")}
      onClose={() => onClose(shown === visit ? null : shown, false)}
      send={send}
    >
      <p>
        <b>{longWhen(shown.starts_at)}</b>
        <br />
        {shown.doctor.full_name}
      </p>
    </AskDialog>
  );
}
