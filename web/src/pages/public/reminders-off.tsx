/** Switches the reminders of one patient off (`#token=`, from a reminder), without a sign-in. A button sends it: programs that check
 * mails open their links. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { hashValue, useHash } from "../../lib/routing/hash";
import type { PageProps } from "../../lib/routing/page";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Submit } from "../../ui/forms/Submit";
import { Page } from "../../ui/frame/Page";

/** The format of tokens: a truncated address may have none. */
const TOKEN = /^[0-9]+-[0-9a-f]{6,80}$/;

export default function RemindersOff({ config }: PageProps) {
  const [hash] = useHash();
  const token = hashValue(hash, "token") ?? "";
  return <Asked key={token} token={token} hospital={config.hospital} />;
}

function Asked({ token, hospital }: { token: string; hospital: string }) {
  const [state, setState] = useState<"asked" | "done" | "invalid">(TOKEN.test(token) ? "asked" : "invalid");
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const params = { path: { opt_out_token: token } };
      const done = await outcome(api.POST("/api/notices/reminders-off/{opt_out_token}", { params }));
      if (!done.ok && done.problem.code === "invalid_opt_out") setState("invalid");
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      setState("done");
      return [];
    },
  );
  if (state !== "asked")
    return (
      <Page key={state} title={t(`reminders.${state}.title`)} lead={t(`reminders.${state}`)} width="narrow">
        <p>
          <a class="button" href="/profile">
            {t("reminders.profile")}
          </a>
        </p>
      </Page>
    );
  return (
    <Page key="asked" title={t("reminders.title")} lead={t("reminders.lead", { hospital })} width="narrow">
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Submit busy={busy} label={t("reminders.submit")} busyLabel={t("reminders.busy")} />
      </form>
    </Page>
  );
}
