/** The form that changes the password; a change ends the sessions on other devices. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { useForm } from "../../lib/forms/form";
import { usePassword } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import { account } from "../../lib/session/account";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { CurrentPassword, NewPassword } from "../../ui/forms/SignInFields";
import { Submit } from "../../ui/forms/Submit";
import { passwordMistakes } from "./passwords";

export function ChangePassword({ onChange }: { onChange: () => void }) {
  const current = usePassword("current_password", "password.missing.current");
  const chosen = usePassword("new_password", "password.missing.new");
  const [done, setDone] = useState(false);
  const { busy, errors, submit } = useForm(
    () => [...current.check(), ...chosen.check()],
    async () => {
      const body = { current_password: current.value, new_password: chosen.value };
      const changed = await outcome(api.POST("/auth/password", { body }));
      if (!changed.ok) return passwordMistakes(changed);
      current.set("");
      chosen.set("");
      setDone(true);
      onChange();
      return [];
    },
  );
  return (
    <section class="section account-section" aria-labelledby="password-heading">
      <h2 id="password-heading">{t("password.change")}</h2>
      <p>{t("password.change.about")}</p>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} onInput={() => setDone(false)}>
        <CurrentPassword
          email={account.get()?.email}
          password={current}
          label={t("password.current")}
          mistakes={errors}
        />
        <NewPassword password={chosen} label={t("password.new")} mistakes={errors} />
        <Submit
          id="change-password"
          busy={busy}
          label={t("password.change.submit")}
          busyLabel={t("password.change.busy")}
        />
      </form>
      <div role="status">{done && <p class="done">{t("password.changed")}</p>}</div>
    </section>
  );
}
