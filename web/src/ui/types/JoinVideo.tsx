/** Opens the video visit; the server says when. */
import { useState } from "preact/hooks";
import type { Outcome, Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { problemText } from "../../lib/i18n/problem-text";

interface Props {
  load: () => Promise<Outcome<Schemas["VideoRoom"]>>;
}

export function JoinVideo({ load }: Props) {
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState("");
  const open = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const found = await load();
    setBusy(false);
    if (found.ok && found.data.url) location.assign(found.data.url);
    else setMessage(found.ok ? t("types.closed") : problemText(found.problem, found.retryAfter));
  };
  return (
    <div class="stack close no-print">
      <p>
        <button type="button" class="button" aria-disabled={busy} onClick={() => void open()}>
          {t(busy ? "types.joining" : "types.join")}
        </button>
      </p>
      <p class={message ? "warning" : "unseen"} role="status">
        {message}
      </p>
    </div>
  );
}
