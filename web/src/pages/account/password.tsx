/** Password reset: request a mail, then set a new password with the code of its link (`#code=`). */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { missing, mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { hashValue, useHash } from "../../lib/routing/hash";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Email } from "../../ui/forms/SignInFields";
import { Submit } from "../../ui/forms/Submit";
import { Page } from "../../ui/frame/Page";
import { Welcome } from "../../ui/frame/Welcome";
import { ResetPassword } from "./reset-password";

export default function Password() {
  const [hash, forget] = useHash();
  const code = hashValue(hash, "code");
  const again = (): void => {
    history.replaceState(null, "", "/password");
    forget();
  };
  return <Welcome>{code === null ? <Forgotten /> : <ResetPassword key={code} code={code} again={again} />}</Welcome>;
}

function Forgotten() {
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  const { busy, errors, submit } = useForm(
    () => missing({ email: { value: email, say: "password.missing.email" } }),
    async () => {
      const answer = await outcome(api.POST("/auth/password/forgot", { body: { email: email.trim() } }));
      if (!answer.ok) return mistakes(answer.problem, answer.retryAfter, ["email"]);
      setSent(true);
      return [];
    },
  );
  if (sent) return <Sent email={email.trim()} again={() => setSent(false)} />;
  return (
    <Page key="ask" title={t("password.title")} lead={t("password.lead")}>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Email value={email} onValue={setEmail} mistakes={errors} />
        <Submit busy={busy} label={t("password.submit")} busyLabel={t("password.busy")} />
      </form>
      <p class="aside">
        {t("password.known")} <a href="/sign-in">{t("sign_in")}</a>
      </p>
    </Page>
  );
}

/** The answer is the same for unknown addresses, so that it reveals no account. */
function Sent({ email, again }: { email: string; again: () => void }) {
  return (
    <Page key="sent" title={t("password.sent.title")}>
      <div class="stack">
        <p class="info">{t("password.sent", { email })}</p>
        <p>{t("password.sent.nothing")}</p>
        <div class="row">
          <a class="button" href="/sign-in">
            {t("password.back")}
          </a>
          <button type="button" class="button quiet" onClick={again}>
            {t("password.again")}
          </button>
        </div>
      </div>
    </Page>
  );
}
