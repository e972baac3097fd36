/** Parts around the prescription form: the last one to copy, a restored draft. */
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { dateOnly, dayOf } from "../../../lib/time/time";

type Prescription = Schemas["Prescription"];

interface Props {
  last: Prescription;
  copy: (last: Prescription) => void;
  /** The outcome as text. */
  message: string;
}

export function CopyLast({ last, copy, message }: Props) {
  const { created_at, doctor, items } = last;
  return (
    <div class="prescribe-last">
      <div class="row">
        <button type="button" class="button quiet" onClick={() => copy(last)}>
          {t("prescribe.copy")}
        </button>
        <p class="small muted">
          {items.map(({ medicine }) => medicine).join("; ")}
          <br />
          {t("prescribe.copy.from", { day: dateOnly(dayOf(created_at)), doctor: doctor.full_name })}
        </p>
      </div>
      <p class={message ? "done" : "unseen"} role="status">
        {message}
      </p>
    </div>
  );
}

export function Restored({ startAgain }: { startAgain: () => void }) {
  return (
    <p class="info row between">
      {t("prescribe.restored")}
      <button type="button" class="link" onClick={startAgain}>
        {t("prescribe.start_again")}
      </button>
    </p>
  );
}
