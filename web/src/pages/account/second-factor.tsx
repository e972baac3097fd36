/** The second factor: its state, and the forms that add and remove an authenticator app and passkeys. */
import { useRef, useState } from "preact/hooks";
import { type Account, api, mustEnrol, outcome, refresh, type Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { useObservable } from "../../lib/loading/use-observable";
import { account } from "../../lib/session/account";
import { Chip } from "../../ui/Chip";
import { later } from "../../ui/Later";
import { Ready } from "../../ui/Ready";
import { RecoveryCodes } from "./recovery-codes";
import { SwitchOff } from "./switch-off";
import { SwitchOn } from "./switch-on";

const Passkeys = later(() => import("./passkeys"));

interface Props {
  me: Account;
  put: (me: Account) => void;
}

type Message = "factor.kept" | "factor.switched_off" | "factor.added" | "factor.removed";

export function SecondFactor({ me, put }: Props) {
  const factors = useLoad(() => outcome(api.GET("/auth/mfa")), [me.id]);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [message, setMessage] = useState<Message | null>(null);
  const required = useObservable(mustEnrol);
  const heading = useRef<HTMLHeadingElement>(null);
  // after the next render, the pressed button is gone
  const settle = (): void => void requestAnimationFrame(() => heading.current?.focus());
  const now = (second_factor: boolean): void => {
    const updated = { ...me, second_factor };
    put(updated);
    account.set({ ...updated, ...account.get(), second_factor });
    factors.again();
  };
  const added = (fresh: readonly string[]): void => {
    setMessage(fresh.length > 0 ? null : "factor.added");
    setCodes(fresh);
    now(true);
    if (fresh.length === 0) settle();
  };
  const removed = ({ app, passkeys }: Schemas["SecondFactor"]): void => {
    const left = app || passkeys.length > 0;
    setMessage(left ? "factor.removed" : "factor.switched_off");
    now(left);
    settle();
  };
  const closeCodes = (): void => {
    setMessage("factor.kept");
    setCodes([]);
    // the new token serves for every page
    if (required) void refresh();
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
      {required && codes.length === 0 && <p class="info">{t("factor.required")}</p>}
      {/* announced to screen readers */}
      <div role="status">{message && <p class="done">{t(message)}</p>}</div>
      {codes.length > 0 ? (
        <RecoveryCodes codes={codes} onKept={closeCodes} />
      ) : (
        <Ready of={factors}>
          {(known) => (
            <>
              <h3>{t("factor.app")}</h3>
              {known.app ? (
                <SwitchOff me={me} factors={known} onDone={() => removed({ ...known, app: false })} onClose={settle} />
              ) : (
                <SwitchOn me={me} factors={known} onDone={added} onClose={settle} />
              )}
              <Passkeys
                me={me}
                factors={known}
                onAdded={added}
                onRemoved={(id) => removed({ ...known, passkeys: known.passkeys.filter((one) => one.id !== id) })}
              />
            </>
          )}
        </Ready>
      )}
    </section>
  );
}
