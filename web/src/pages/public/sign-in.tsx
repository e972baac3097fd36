/** Sign in with e-mail and password. */
import { useState } from "preact/hooks";
import type { Config } from "../../api/client";
import { type Mistake, missing, mistakes, useSubmit } from "../../lib/form";
import { t } from "../../lib/i18n";
import { signIn } from "../../lib/session";
import { DemoLogins } from "../../ui/DemoLogins";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { Field } from "../../ui/Field";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Welcome } from "../../ui/Welcome";

export function SignIn({ config, onDone }: { config: Config; onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<Mistake[]>([]);
  const [filled, setFilled] = useState("");

  const { busy, submit } = useSubmit(async () => {
    const empty = missing({
      email: { value: email, say: "missing.email" },
      password: { value: password, say: "missing.password" },
    });
    if (empty.length > 0) return setWrong(empty);
    const opened = await signIn(email.trim(), password);
    if (opened.ok) return onDone();
    setWrong(mistakes(opened.problem, opened.retryAfter, ["email", "password"]));
  });

  const fill = (demoEmail: string, demoPassword: string): void => {
    setEmail(demoEmail);
    setPassword(demoPassword);
    setWrong([]);
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
          {t("sign_in.new")} <a href="/register">{t("sign_in.register")}</a>
        </p>
        {config.demo && <DemoLogins fill={fill} />}
      </Page>
    </Welcome>
  );
}
