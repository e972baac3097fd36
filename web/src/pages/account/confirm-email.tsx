/** Confirms an e-mail address with the code of a mail (`#code=`). A button sends it: programs that check mails only open links. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { hashValue, useHash } from "../../lib/routing/hash";
import type { PageProps } from "../../lib/routing/page";
import { account } from "../../lib/session/account";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Submit } from "../../ui/forms/Submit";
import { Page } from "../../ui/frame/Page";
import { Welcome } from "../../ui/frame/Welcome";

/** The format of codes: a truncated link is treated as expired. */
const CODE = /^[\w-]{8,128}$/;

export default function ConfirmEmail({ config }: PageProps) {
  const [hash] = useHash();
  const code = hashValue(hash, "code") ?? "";
  return (
    <Welcome>
      <Asked key={code} code={code} hospital={config.hospital} />
    </Welcome>
  );
}

function Asked({ code, hospital }: { code: string; hospital: string }) {
  const [state, setState] = useState<"asked" | "confirmed" | "expired">(CODE.test(code) ? "asked" : "expired");
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const done = await outcome(api.POST("/auth/email/confirm", { body: { code } }));
      if (!done.ok && done.problem.code === "invalid_confirmation_code") setState("expired");
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      // the band of the signed-in person goes
      const me = account.get() && (await outcome(api.GET("/auth/me")));
      if (me?.ok) account.set(me.data);
      setState("confirmed");
      return [];
    },
  );
  if (state !== "asked")
    return (
      <Page key={state} title={t(`confirm.${state}.title`)} lead={t(`confirm.${state}`)}>
        <a class="button" href="/">
          {t("confirm.on")}
        </a>
      </Page>
    );
  return (
    <Page key="asked" title={t("confirm.title")} lead={t("confirm.lead", { hospital })}>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Submit busy={busy} label={t("confirm.submit")} busyLabel={t("confirm.busy")} />
      </form>
    </Page>
  );
}
