/** The sign-in over a page whose session ended; waiting requests then continue. */
import { useState } from "preact/hooks";
import type { Account } from "../../api/client";
import { account as signedIn } from "../../lib/account";
import { missing, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { useOtp } from "../../lib/otp";
import { go } from "../../lib/router";
import { forget, resume } from "../../lib/session";
import { Dialog } from "../Dialog";
import { ErrorSummary } from "../forms/ErrorSummary";
import { Field } from "../forms/Field";
import { OtpField } from "../forms/OtpField";
import { Submit } from "../forms/Submit";

export function SessionLost({ account }: { account: Account }) {
  const [password, setPassword] = useState("");
  const otp = useOtp("again_otp");
  const { busy, wrong, submit } = useForm(
    () => [...missing({ again_password: { value: password, say: "missing.password" } }), ...otp.check()],
    async () => {
      const opened = await resume(account.email, password, otp.sent);
      if (!opened.ok) return otp.refused(opened);
      if (signedIn.get()?.id !== account.id) go("/");
      return [];
    },
  );
  const leave = (): void => {
    forget();
    go("/", { say: "signed_out" });
  };
  // Escape must not discard typed text
  const stay = (): void => {};
  return (
    <Dialog title={t("lost.title")} onClose={stay} covers>
      <p>{t("lost.about", { name: account.full_name })}</p>
      <ErrorSummary mistakes={wrong} />
      <form noValidate onSubmit={submit}>
        <input type="hidden" autocomplete="username" value={account.email} />
        <Field
          id="again_password"
          label={t("field.password")}
          type="password"
          autocomplete="current-password"
          value={password}
          onValue={setPassword}
          mistakes={wrong}
        />
        {otp.asked && <OtpField id={otp.id} value={otp.value} onValue={otp.set} mistakes={wrong} />}
        <Submit id="again" busy={busy} label={t("lost.again")} busyLabel={t("lost.busy")} />
        <button type="button" class="button quiet" onClick={leave}>
          {t("lost.leave")}
        </button>
      </form>
    </Dialog>
  );
}
