/** A form that asks for the password, and for the second factor where one is on, before a change of the account's security. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Account, api, outcome, type Schemas } from "../../api/client";
import { type Mistake, useForm } from "../../lib/forms/form";
import { useOtp } from "../../lib/forms/otp";
import { usePassword } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import { resume } from "../../lib/session/session";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { OtpField } from "../../ui/forms/OtpField";
import { CurrentPassword } from "../../ui/forms/SignInFields";
import { everySession } from "./devices";
import { passwordMistakes } from "./passwords";

/** Shorter than the five minutes of the API, so that a request is not too late. */
const FRESH_MS = 4 * 60_000;

export interface Factors {
  me: Account;
  factors: Schemas["SecondFactor"];
}

interface Props extends Factors {
  /** The ids of its fields begin with it. */
  id: string;
  title?: string;
  about?: string;
  /** Fields above the password, and the check of them. */
  children?: (mistakes: readonly Mistake[]) => ComponentChildren;
  check?: () => Mistake[];
  /** The label of the button that acts; a `danger` is not the first button. */
  submit: string;
  danger?: boolean;
  keep: string;
  /** Act, and return the mistakes. */
  act: (password: string) => Promise<Mistake[]>;
  onClose: () => void;
}

export function Prove({ me, factors, id, title, about, children, check, submit, danger, keep, act, onClose }: Props) {
  const password = usePassword(`${id}_password`);
  const otp = useOtp(`${id}_otp`, factors.app && factors.passkeys.length === 0);
  // a sign-in is fresh for five minutes
  const freshUntil = useRef(me.second_factor ? 0 : Number.POSITIVE_INFINITY);
  useEffect(() => document.getElementById(children ? `${id}_name` : password.id)?.focus(), []);
  const form = useForm(
    () => [...(check?.() ?? []), ...password.check(), ...otp.check()],
    async () => {
      if (Date.now() > freshUntil.current) {
        const before = await everySession();
        const opened = await resume(me.email, password.value, otp.sent());
        if (!opened.ok)
          return opened.problem.code === "otp_required" ? otp.refused(opened) : passwordMistakes(opened, password.id);
        freshUntil.current = Date.now() + FRESH_MS;
        otp.forget();
        // end the old session of this device
        const old = before.ok ? before.data.find(({ current }) => current) : undefined;
        if (old) await outcome(api.DELETE("/auth/sessions/{session_id}", { params: { path: { session_id: old.id } } }));
      }
      return act(password.value);
    },
  );
  const close = (
    <button type="button" class={danger ? "button" : "button quiet"} onClick={onClose}>
      {keep}
    </button>
  );
  return (
    <div class="card stack">
      {title && <h3>{title}</h3>}
      {about && <p>{about}</p>}
      <ErrorSummary mistakes={form.errors} />
      <form noValidate onSubmit={form.submit}>
        {children?.(form.errors)}
        <CurrentPassword
          email={me.email}
          password={password}
          {...(!me.second_factor && { label: t("factor.password"), hint: t("factor.password.hint") })}
          mistakes={form.errors}
        />
        {otp.required && <OtpField otp={otp} mistakes={form.errors} />}
        <div class="row">
          {danger && close}
          <button type="submit" class={danger ? "button danger" : "button"} aria-disabled={form.busy}>
            {form.busy ? t("factor.busy") : submit}
          </button>
          {!danger && close}
        </div>
      </form>
    </div>
  );
}
