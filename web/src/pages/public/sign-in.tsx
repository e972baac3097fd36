/** Sign in with e-mail, password and, if the account has one, a second factor, or by sign-on; then return to `?next=`. */
import { useEffect, useState } from "preact/hooks";
import { otherSide } from "../../api/client";
import { type Mistake, missing, useForm } from "../../lib/forms/form";
import { useOtp } from "../../lib/forms/otp";
import { usePassword } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import type { PageProps } from "../../lib/routing/page";
import { go, safeNext } from "../../lib/routing/router";
import { signIn } from "../../lib/session/session";
import { DemoLogins } from "../../ui/DemoLogins";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { OtpField } from "../../ui/forms/OtpField";
import { CurrentPassword, Email } from "../../ui/forms/SignInFields";
import { Submit } from "../../ui/forms/Submit";
import { Page } from "../../ui/frame/Page";
import { Welcome } from "../../ui/frame/Welcome";
import { SignOnButton, useReturn } from "./sign-on";

export default function SignIn({ config, query, account }: PageProps) {
  const next = safeNext(query.get("next"));
  const [email, setEmail] = useState("");
  const password = usePassword("password");
  const [filled, setFilled] = useState("");
  const otp = useOtp("otp");
  const back = useReturn(query);
  const [refused, setRefused] = useState<readonly Mistake[]>([]);
  useEffect(() => {
    if (!account) return;
    // an address that was asked for is one of work
    if (next === "/" && otherSide.get()) void import("../../lib/session/side").then(({ arrive }) => arrive());
    else go(next, { replace: true });
  }, [account, next]);

  const { busy, errors, submit } = useForm(
    () => [...missing({ email: { value: email, say: "missing.email" } }), ...password.check(), ...otp.check()],
    async () => {
      setRefused([]);
      const opened = await signIn(email.trim(), password.value, otp.sent());
      // the signed-in account redirects
      return opened.ok ? [] : otp.refused(opened);
    },
  );

  const typeEmail = (typed: string): void => {
    setEmail(typed);
    otp.forget();
  };
  const fill = (demoEmail: string, demoPassword: string): void => {
    typeEmail(demoEmail);
    password.set(demoPassword);
    setFilled(demoEmail);
    document.getElementById("submit")?.focus();
  };

  return (
    <Welcome>
      <Page
        title={t("sign_in.title")}
        lead={back.busy ? t("sign_in.busy") : t("sign_in.lead", { hospital: config.hospital })}
      >
        <ErrorSummary mistakes={[errors, refused].find((found) => found.length > 0) ?? back.failed} />
        <form noValidate onSubmit={submit}>
          <Email value={email} onValue={typeEmail} mistakes={errors} />
          <CurrentPassword password={password} mistakes={errors} />
          {otp.required && <OtpField otp={otp} mistakes={errors} />}
          <Submit busy={busy} label={t("sign_in.submit")} busyLabel={t("sign_in.busy")} />
          <span class="unseen" role="status">
            {back.busy ? t("sign_in.busy") : filled && t("demo.filled", { email: filled })}
          </span>
        </form>
        {config.sign_on && <SignOnButton label={config.sign_on} next={next} onFailed={setRefused} />}
        <p class="aside">
          <a href="/password">{t("sign_in.forgotten")}</a>
        </p>
        <p class="aside">
          {t("sign_in.new")}{" "}
          <a href={next === "/" ? "/register" : `/register?next=${encodeURIComponent(next)}`}>
            {t("sign_in.register")}
          </a>
        </p>
        {config.demo && <DemoLogins fill={fill} />}
      </Page>
    </Welcome>
  );
}
