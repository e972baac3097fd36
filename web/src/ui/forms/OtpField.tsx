/** The second factor in a form: a button for passkeys, and a field for digits of an app or a recovery code. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Mistake } from "../../lib/forms/form";
import type { Otp } from "../../lib/forms/otp";
import { t } from "../../lib/i18n/i18n";
import { Field } from "./Field";
import { PasskeyButton } from "./PasskeyButton";

export function OtpField({ otp, mistakes }: { otp: Otp; mistakes: readonly Mistake[] }) {
  const { id, app, passkey, value, set } = otp;
  const [kind, setKind] = useState<"app" | "recovery">(app ? "app" : "recovery");
  const other = kind === "app" ? "recovery" : "app";
  const swapped = useRef(false);
  useEffect(() => {
    if (swapped.current) document.getElementById(id)?.focus();
  }, [kind, id]);
  const swap = (): void => {
    swapped.current = true;
    setKind(other);
    set("");
  };
  return (
    <>
      {passkey && <PasskeyButton id={`${id}_passkey`} request={passkey} onAnswer={otp.answer} />}
      <div class="field">
        <Field
          mistakes={mistakes}
          value={value}
          onValue={set}
          // a phone changes its keyboard only for a new element
          key={kind}
          id={id}
          label={t(`otp.${kind}`)}
          hint={t(`otp.${kind}.hint`)}
          autocomplete={kind === "app" ? "one-time-code" : "off"}
          input={{ maxLength: 32, ...(kind === "app" && { inputMode: "numeric" }) }}
        />
        {app && (
          <p>
            <button type="button" class="link" onClick={swap}>
              {t(`otp.${other}.instead`)}
            </button>
          </p>
        )}
      </div>
    </>
  );
}
