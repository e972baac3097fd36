/** Confirms withdrawing an open request for a refill. Focus and Escape are on keeping it. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";

interface Props {
  of: Schemas["Refill"];
  /** The outcome as text; null: it was answered meanwhile. */
  onChange: (message: string | null) => void;
}

export function WithdrawRefill({ of, onChange }: Props) {
  const [asking, setAsking] = useState(false);
  const [late, setLate] = useState(false);
  const close = (): void => {
    setAsking(false);
    if (late) onChange(null);
  };
  const send = async (): Promise<Mistake[]> => {
    const params = { path: { refill_id: of.id }, header: unchanged(of) };
    const done = await outcome(api.PUT("/api/refills/{refill_id}/withdraw", { params }));
    if (done.ok) {
      setAsking(false);
      onChange(t("refill.was_withdrawn", { day: dateOnly(dayOf(of.created_at)) }));
      return [];
    }
    if (done.problem.code === "stale" || done.problem.code === "illegal_transition") {
      setLate(true);
      return [{ field: null, message: t("refill.withdraw.late") }];
    }
    return mistakes(done.problem, done.retryAfter, []);
  };
  return (
    <>
      <p>
        <button type="button" class="button quiet" onClick={() => setAsking(true)}>
          {t("refill.withdraw")}
        </button>
      </p>
      {asking && (
        <AskDialog
          title={t("refill.withdraw.title")}
          keep={t("refill.withdraw.keep")}
          act={t("refill.withdraw")}
          busy={t("refill.withdraw.busy")}
          danger
          over={late && t("refill.withdraw.close")}
          onClose={close}
          send={send}
        >
          <p>{of.items.map(({ medicine }) => medicine).join("; ")}</p>
        </AskDialog>
      )}
    </>
  );
}
