/** The band of an account with an unconfirmed e-mail address; none where the hospital sends no mail. */
import { useEffect, useState } from "preact/hooks";
import { type Account, api, outcome } from "../../api/client";
import { mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";

export function ConfirmBand({ account }: { account: Account }) {
  const { data, again } = useLoad(() => outcome(api.GET("/auth/email/confirmation")), [account.id]);
  useEffect(() => {
    // the link may have been opened in another tab
    const seen = (): void => {
      if (document.visibilityState === "visible") again();
    };
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, []);
  if (!data?.sends_mail || data.confirmed) return null;
  return (
    <section class="confirm-band no-print" aria-label={t("confirm.band.name")}>
      <div class="row">
        <p>{t("confirm.band", { email: account.email })}</p>
        <SendAgain />
      </div>
    </section>
  );
}

function SendAgain() {
  const [sent, setSent] = useState(false);
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      setSent(false);
      const asked = await outcome(api.POST("/auth/email/confirmation"));
      if (!asked.ok) return mistakes(asked.problem, asked.retryAfter, []);
      setSent(true);
      return [];
    },
  );
  return (
    <>
      <button type="button" class="button quiet small" aria-disabled={busy} onClick={submit}>
        {t("confirm.again")}
      </button>
      <span role="status">{errors[0]?.message ?? (sent && t("confirm.sent"))}</span>
    </>
  );
}
