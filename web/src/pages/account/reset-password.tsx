/** The form that sets a new password with the code of a mail; an expired link says how to get another. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { useForm } from "../../lib/forms/form";
import { usePassword } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import { go } from "../../lib/routing/router";
import { account } from "../../lib/session/account";
import { forget } from "../../lib/session/session";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { NewPassword } from "../../ui/forms/SignInFields";
import { Submit } from "../../ui/forms/Submit";
import { Page } from "../../ui/frame/Page";
import { passwordMistakes } from "./passwords";

/** The format of codes: a truncated link is treated as expired. */
const CODE = /^[\w-]{8,128}$/;

export function ResetPassword({ code, again }: { code: string; again: () => void }) {
  const password = usePassword("new_password", "password.missing.new");
  const [expired, setExpired] = useState(!CODE.test(code));
  const { busy, errors, submit } = useForm(password.check, async () => {
    const body = { code, new_password: password.value };
    const reset = await outcome(api.POST("/auth/password/reset", { body }));
    if (!reset.ok && reset.problem.code === "invalid_reset_code") setExpired(true);
    if (!reset.ok) return passwordMistakes(reset);
    // the reset ended every session, this one too
    if (account.get()) forget();
    go("/sign-in", { say: "password_chosen" });
    return [];
  });
  if (expired) return <Expired again={again} />;
  return (
    <Page key="choose" title={t("password.choose.title")} lead={t("password.choose.lead")}>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <NewPassword password={password} label={t("password.new")} mistakes={errors} />
        <Submit busy={busy} label={t("password.choose.submit")} busyLabel={t("password.choose.busy")} />
      </form>
    </Page>
  );
}

function Expired({ again }: { again: () => void }) {
  return (
    <Page key="expired" title={t("password.expired.title")} lead={t("password.expired")}>
      <div class="row">
        <button type="button" class="button" onClick={again}>
          {t("password.expired.again")}
        </button>
        <a class="button quiet" href="/sign-in">
          {t("password.back")}
        </a>
      </div>
    </Page>
  );
}
