/** The form that switches the second factor off, after a fresh sign-in with a code. */
import { useEffect, useState } from "preact/hooks";
import { type Account, api, outcome } from "../../api/client";
import { type Mistake, missing, useForm } from "../../lib/forms/form";
import { usePassword } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import { resume } from "../../lib/session/session";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { OtpField } from "../../ui/forms/OtpField";
import { CurrentPassword } from "../../ui/forms/SignInFields";
import { everySession } from "./devices";
import { passwordMistakes } from "./passwords";

interface Props {
  me: Account;
  onDone: () => void;
  onClose: () => void;
}

export function SwitchOff({ me, onDone, onClose }: Props) {
  const [open, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
    onClose();
  };
  if (open) return <ConfirmIdentity me={me} onDone={onDone} onClose={close} />;
  return (
    <p>
      <button type="button" class="button quiet" onClick={() => setOpen(true)}>
        {t("factor.switch_off")}
      </button>
    </p>
  );
}

function ConfirmIdentity({ me, onDone, onClose }: Props) {
  const password = usePassword("off_password");
  const [otp, setOtp] = useState("");
  useEffect(() => document.getElementById("off_password")?.focus(), []);
  const { busy, errors, submit } = useForm(
    () => [...password.check(), ...missing({ off_otp: { value: otp, say: "missing.otp" } })],
    async () => {
      const failed = await switchOff(me, password.value, otp.trim());
      if (failed.length === 0) onDone();
      return failed;
    },
  );
  return (
    <div class="card stack">
      <h3>{t("factor.prove")}</h3>
      <p>{t("factor.prove.about")}</p>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <CurrentPassword email={me.email} password={password} mistakes={errors} />
        <OtpField id="off_otp" value={otp} onValue={setOtp} mistakes={errors} />
        <div class="row">
          <button type="button" class="button" onClick={onClose}>
            {t("factor.keep")}
          </button>
          <button type="submit" class="button danger" aria-disabled={busy}>
            {t(busy ? "factor.busy" : "factor.switch_off")}
          </button>
        </div>
      </form>
    </div>
  );
}

async function switchOff({ email }: Account, password: string, otp: string): Promise<Mistake[]> {
  const before = await everySession();
  const opened = await resume(email, password, otp);
  if (!opened.ok && opened.problem.code === "otp_required") return [{ field: "off_otp", message: t("otp.wrong") }];
  if (!opened.ok) return passwordMistakes(opened, "off_password");
  // end the old session of this device
  const old = before.ok ? before.data.find(({ current }) => current) : undefined;
  if (old) await outcome(api.DELETE("/auth/sessions/{session_id}", { params: { path: { session_id: old.id } } }));
  const removed = await outcome(api.DELETE("/auth/mfa"));
  // it was switched off elsewhere meanwhile
  if (removed.ok || removed.problem.code === "second_factor_missing") return [];
  return passwordMistakes(removed);
}
