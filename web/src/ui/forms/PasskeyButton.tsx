/** The button that answers a request with a passkey and then sends its form. */
import type { TargetedMouseEvent } from "preact";
import { useState } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";

interface Props {
  id: string;
  request: Schemas["PasskeyRequest"];
  onAnswer: (answer: Schemas["PasskeyAssertion"]) => void;
}

export function PasskeyButton({ id, request, onAnswer }: Props) {
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState("");
  const ask = async ({ currentTarget: { form } }: TargetedMouseEvent<HTMLButtonElement>): Promise<void> => {
    if (asking) return;
    setAsking(true);
    setFailed("");
    const code = await import("../../lib/session/passkey").catch(() => null);
    try {
      if (!code) throw new Error("not loaded");
      onAnswer(await code.assertion(request));
      form?.requestSubmit();
    } catch (error) {
      setFailed(code ? code.failure(error) : t("passkey.unused"));
    } finally {
      setAsking(false);
    }
  };
  return (
    <div class="field">
      <button type="button" id={id} class="button quiet" aria-disabled={asking} onClick={ask}>
        {t("passkey.use")}
      </button>
      <p role="alert" class="mistake">
        {failed}
      </p>
    </div>
  );
}
