/** The form that changes the password; a change ends the sessions on other devices. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { account } from "../../lib/account";
import { missing, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Field } from "../../ui/forms/Field";
import { Submit } from "../../ui/forms/Submit";
import { passwordMistakes } from "./passwords";

export function ChangePassword({ onChange }: { onChange: () => void }) {
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const [done, setDone] = useState(false);
  const { busy, wrong, submit } = useForm(
    () =>
      missing({
        current_password: { value: current, say: "password.missing.current" },
        new_password: { value: chosen, say: "password.missing.new" },
      }),
    async () => {
      const body = { current_password: current, new_password: chosen };
      const changed = await outcome(api.POST("/auth/password", { body }));
      if (!changed.ok) return passwordMistakes(changed);
      setCurrent("");
      setChosen("");
      setDone(true);
      onChange();
      return [];
    },
  );
  return (
    <section class="section account-section" aria-labelledby="password-heading">
      <h2 id="password-heading">{t("password.change")}</h2>
      <p>{t("password.change.about")}</p>
      <ErrorSummary mistakes={wrong} />
      <form noValidate onSubmit={submit} onInput={() => setDone(false)}>
        <input type="hidden" autocomplete="username" value={account.get()?.email} />
        <Field
          id="current_password"
          label={t("password.current")}
          type="password"
          autocomplete="current-password"
          value={current}
          onValue={setCurrent}
          mistakes={wrong}
        />
        <Field
          id="new_password"
          label={t("password.new")}
          hint={t("password.new.hint")}
          type="password"
          autocomplete="new-password"
          value={chosen}
          onValue={setChosen}
          mistakes={wrong}
        />
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
