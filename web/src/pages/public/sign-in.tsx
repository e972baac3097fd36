/** Sign in with e-mail and password, and go on where one wanted to be (`?next=`). */
import { useEffect, useState } from "preact/hooks";
import { missing, mistakes, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { signIn } from "../../lib/session";
import { go, safeNext } from "../../router";
import type { PageProps } from "../../routes";
import { DemoLogins } from "../../ui/DemoLogins";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { Field } from "../../ui/Field";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Welcome } from "../../ui/Welcome";

export default function SignIn({ config, query, account }: PageProps) {
  const next = safeNext(query.get("next"));
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [filled, setFilled] = useState("");
  useEffect(() => {
    if (account) go(next, { replace: true });
  }, [account, next]);

  const { busy, wrong, submit } = useForm(
    () =>
      missing({
        email: { value: email, say: "missing.email" },
        password: { value: password, say: "missing.password" },
      }),
    async () => {
      const opened = await signIn(email.trim(), password);
      // the account that is there now leads on
      return opened.ok ? [] : mistakes(opened.problem, opened.retryAfter, ["email", "password"]);
    },
  );

  const fill = (demoEmail: string, demoPassword: string): void => {
    setEmail(demoEmail);
    setPassword(demoPassword);
    setFilled(demoEmail);
    document.getElementById("submit")?.focus();
  };

  return (
    <Welcome>
      <Page title={t("sign_in.title")} lead={t("sign_in.lead", { hospital: config.hospital })}>
        <ErrorSummary mistakes={wrong} />
        <form noValidate onSubmit={submit}>
          <Field
            id="email"
            label={t("field.email")}
            type="email"
            autocomplete="username"
            value={email}
            onValue={setEmail}
            mistakes={wrong}
          />
          <Field
            id="password"
            label={t("field.password")}
            type="password"
            autocomplete="current-password"
            value={password}
            onValue={setPassword}
            mistakes={wrong}
          />
          <Submit busy={busy} label={t("sign_in.submit")} busyLabel={t("sign_in.busy")} />
          <span class="unseen" role="status">
            {filled && t("demo.filled", { email: filled })}
          </span>
        </form>
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
