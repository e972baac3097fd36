/** The second factor: its state, and the forms that switch it on and off. */
import { useRef, useState } from "preact/hooks";
import type { Account } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { account } from "../../lib/session/account";
import { Chip } from "../../ui/Chip";
import { RecoveryCodes } from "./recovery-codes";
import { SwitchOff } from "./switch-off";
import { SwitchOn } from "./switch-on";

interface Props {
  me: Account;
  put: (me: Account) => void;
}

export function SecondFactor({ me, put }: Props) {
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [message, setMessage] = useState<"factor.kept" | "factor.switched_off" | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // after the next render, the pressed button is gone
  const settle = (): void => void requestAnimationFrame(() => heading.current?.focus());
  const now = (second_factor: boolean): void => {
    const updated = { ...me, second_factor };
    put(updated);
    account.set(updated);
  };
  const on = (fresh: readonly string[]): void => {
    setMessage(null);
    setCodes(fresh);
    now(true);
  };
  const off = (): void => {
    setMessage("factor.switched_off");
    now(false);
    settle();
  };
  const closeCodes = (): void => {
    setMessage("factor.kept");
    setCodes(null);
    settle();
  };
  return (
    <section class="section account-section" aria-labelledby="factor-heading">
      <div class="row between">
        <h2 id="factor-heading" tabIndex={-1} ref={heading}>
          {t("factor")}
        </h2>
        <Chip tone={me.second_factor ? "confirmed" : "completed"}>
          {t(me.second_factor ? "factor.on" : "factor.off")}
        </Chip>
      </div>
      <p>{t(me.second_factor ? "factor.on.about" : "factor.off.about")}</p>
      {/* announced to screen readers */}
      <div role="status">{message && <p class="done">{t(message)}</p>}</div>
      {codes && <RecoveryCodes codes={codes} onKept={closeCodes} />}
      {!codes && !me.second_factor && <SwitchOn onDone={on} onClose={settle} />}
      {!codes && me.second_factor && <SwitchOff me={me} onDone={off} onClose={settle} />}
    </section>
  );
}
