/** Create a patient's account, or accept an invitation (`?invitation=`, and `email=` where the link knows it). */
import { useState } from "preact/hooks";
import { api, type Config, outcome } from "../../api/client";
import { type Mistake, missing, mistakes, useSubmit } from "../../lib/form";
import { t } from "../../lib/i18n";
import { signIn } from "../../lib/session";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { Field } from "../../ui/Field";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Welcome } from "../../ui/Welcome";

interface Props {
  config: Config;
  query: URLSearchParams;
  onDone: () => void;
}

export function Register({ config, query, onDone }: Props) {
  const invitation = query.get("invitation");
  const [email, setEmail] = useState(query.get("email") ?? "");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<Mistake[]>([]);

  const { busy, submit } = useSubmit(async () => {
    const empty = missing({
      full_name: { value: name, say: "missing.name" },
      email: { value: email, say: "missing.email" },
      password: { value: password, say: "missing.new_password" },
    });
    if (empty.length > 0) return setWrong(empty);
    const body = { full_name: name.trim(), email: email.trim(), password, ...(invitation && { invitation }) };
    const made = await outcome(api.POST("/auth/register", { body }));
    if (!made.ok) return setWrong(mistakes(made.problem, made.retryAfter, ["full_name", "email", "password"]));
    const opened = await signIn(body.email, password);
    if (opened.ok) return onDone();
    setWrong(mistakes(opened.problem, opened.retryAfter, []));
  });

  const words = invitation ? "register.invited" : "register";
  return (
    <Welcome>
      <Page title={t(`${words}.title`)} lead={t(`${words}.lead`, { hospital: config.hospital })}>
        <ErrorSummary mistakes={wrong} />
        <form noValidate onSubmit={submit}>
          <Field
            id="full_name"
            label={t("field.name")}
            type="text"
            autocomplete="name"
            value={name}
            onValue={setName}
            mistakes={wrong}
          />
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
            label={t("field.new_password")}
            hint={t("field.new_password.hint")}
            type="password"
            autocomplete="new-password"
            value={password}
            onValue={setPassword}
            mistakes={wrong}
          />
          <Submit busy={busy} label={t("register.submit")} busyLabel={t("register.busy")} />
        </form>
        <p class="aside">
          {t("register.known")} <a href="/sign-in">{t("register.sign_in")}</a>
        </p>
      </Page>
    </Welcome>
  );
}
