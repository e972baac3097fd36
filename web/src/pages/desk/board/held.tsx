/** A time that is offered to a patient of the waitlist: until when, and the withdrawal, after which it can be booked. */
import { useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import type { Arrangement } from "../../../lib/desk/arrangements";
import type { Placed } from "../../../lib/desk/board";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { clock, longWhen } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";

interface Props {
  visit: Placed;
  onChanged: (visit: Arrangement, message: string) => void;
  onStale: () => void;
}

export function Held({ visit, onChanged, onStale }: Props) {
  const [asking, setAsking] = useState(false);
  const names = { patient: visit.patient.full_name, when: longWhen(visit.starts_at) };
  const send = async (): Promise<Mistake[]> => {
    const params = { path: { appointment_id: visit.id }, header: unchanged(visit) };
    const done = await outcome(api.PUT("/api/reception/appointments/{appointment_id}/withdraw", { params }));
    if (done.ok) {
      setAsking(false);
      onChanged(done.data, t("board.withdrawn", names));
      return [];
    }
    const { code } = done.problem;
    if (code !== "stale" && code !== "offer_over") return mistakes(done.problem, done.retryAfter, []);
    onStale();
    return [{ field: null, message: t("arrangements.stale") }];
  };
  return (
    <div class="acts">
      {visit.offered_until && <span class="small">{t("board.held", { until: clock(visit.offered_until) })}</span>}
      <button
        type="button"
        class="button quiet small"
        aria-label={t("board.withdraw.of", names)}
        onClick={() => setAsking(true)}
      >
        {t("board.withdraw")}
      </button>
      {asking && (
        <AskDialog
          title={t("board.withdraw.ask")}
          keep={t("board.withdraw.keep")}
          act={t("board.withdraw")}
          busy={t("board.withdraw.busy")}
          danger
          onClose={() => setAsking(false)}
          send={send}
        >
          <p>
            <b>{names.when}</b>
            <br />
            {t("arrangements.with", { patient: names.patient, doctor: visit.doctor.full_name })}
          </p>
          <p>{t("board.withdraw.next", names)}</p>
        </AskDialog>
      )}
    </div>
  );
}
