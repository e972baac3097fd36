/** The sign-in in place of a page after its session ended; waiting requests then continue. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Account } from "../../api/client";
import { useForm } from "../../lib/forms/form";
import { useOtp } from "../../lib/forms/otp";
import { usePassword } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import { go } from "../../lib/routing/router";
import { account as signedIn } from "../../lib/session/account";
import { forget, resume } from "../../lib/session/session";
import { Dialog } from "../Dialog";
import { ErrorSummary } from "../forms/ErrorSummary";
import { OtpField } from "../forms/OtpField";
import { CurrentPassword } from "../forms/SignInFields";
import { Submit } from "../forms/Submit";
import { type Cover, coverPage } from "./cover";

export function SessionLost({ account }: { account: Account }) {
  const cover = useRef<Cover | null>(null);
  useLayoutEffect(() => {
    cover.current = coverPage(t("session_ended.title"));
    return () => cover.current?.lift();
  }, []);
  useLayoutEffect(() => cover.current?.show(<SignInAgain account={account} />), [account]);
  return null;
}

function SignInAgain({ account }: { account: Account }) {
  const password = usePassword("again_password");
  const otp = useOtp("again_otp");
  const { busy, errors, submit } = useForm(
    () => [...password.check(), ...otp.check()],
    async () => {
      const opened = await resume(account.email, password.value, otp.sent());
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
    <Dialog title={t("session_ended.title")} onClose={stay}>
      <p>{t("session_ended.about", { name: account.full_name })}</p>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <CurrentPassword email={account.email} password={password} mistakes={errors} />
        {otp.required && <OtpField otp={otp} mistakes={errors} />}
        <Submit id="again" busy={busy} label={t("session_ended.again")} busyLabel={t("session_ended.busy")} />
        <button type="button" class="button quiet" onClick={leave}>
          {t("session_ended.leave")}
        </button>
      </form>
    </Dialog>
  );
}
