/** A field for a code of the second factor: digits of an app, or a recovery code. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Mistake } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { Field } from "./Field";

interface Props {
  id: string;
  value: string;
  onValue: (value: string) => void;
  mistakes: readonly Mistake[];
}

export function OtpField({ id, onValue, ...field }: Props) {
  const [kind, setKind] = useState<"app" | "recovery">("app");
  const other = kind === "app" ? "recovery" : "app";
  const swapped = useRef(false);
  useEffect(() => {
    if (swapped.current) document.getElementById(id)?.focus();
  }, [kind, id]);
  const swap = (): void => {
    swapped.current = true;
    setKind(other);
    onValue("");
  };
  return (
    <div class="field">
      <Field
        {...field}
        // a phone changes its keyboard only for a new element
        key={kind}
        id={id}
        label={t(`otp.${kind}`)}
        hint={t(`otp.${kind}.hint`)}
        autocomplete={kind === "app" ? "one-time-code" : "off"}
        onValue={onValue}
        input={{ maxLength: 32, ...(kind === "app" && { inputMode: "numeric" }) }}
      />
      <p>
        <button type="button" class="link" onClick={swap}>
          {t(`otp.${other}.instead`)}
        </button>
      </p>
    </div>
  );
}
