/** The session ended under somebody's hands: they sign in over the page, and what waited goes on. */
import { useState } from "preact/hooks";
import type { Account } from "../api/client";
import { type Mistake, missing, mistakes, useSubmit } from "../lib/form";
import { t } from "../lib/i18n";
import { forget, resume, account as signedIn } from "../lib/session";
import { go } from "../router";
import { Dialog } from "./Dialog";
import { ErrorSummary } from "./ErrorSummary";
import { Field } from "./Field";
import { Submit } from "./Submit";

export function SessionLost({ account }: { account: Account }) {
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<Mistake[]>([]);
  const { busy, submit } = useSubmit(async () => {
    const empty = missing({ again_password: { value: password, say: "missing.password" } });
    if (empty.length > 0) return setWrong(empty);
    const opened = await resume(account.email, password);
    if (!opened.ok) return setWrong(mistakes(opened.problem, opened.retryAfter, []));
    if (signedIn.get()?.id !== account.id) go("/");
  });
  const leave = (): void => {
    forget();
    go("/", { say: "signed_out" });
  };
  // Escape must not throw away what was typed
  const stay = (): void => {};
  return (
    <Dialog title={t("lost.title")} onClose={stay}>
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
        <Submit id="again" busy={busy} label={t("lost.again")} busyLabel={t("lost.busy")} />
        <button type="button" class="button quiet" onClick={leave}>
          {t("lost.leave")}
        </button>
      </form>
    </Dialog>
  );
}
