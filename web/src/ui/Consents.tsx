/** The patient's consents, and the agreement to a newer notice. */
import { api, outcome } from "../api/client";
import { mistakes, useForm } from "../lib/forms/form";
import { language, t } from "../lib/i18n/i18n";
import { languageName } from "../lib/i18n/languages";
import { useLoad } from "../lib/loading/query";
import { PRIVACY_NOTICE } from "../lib/privacy-notice";
import { dateOnly, when } from "../lib/time/time";
import { ErrorSummary } from "./forms/ErrorSummary";
import { Submit } from "./forms/Submit";
import { Ready } from "./Ready";

const LONGEST = 20;

export function Consents({ account }: { account: { id: number } }) {
  const query = { limit: LONGEST };
  const found = useLoad(() => outcome(api.GET("/api/me/consents", { params: { query } })), [account.id]);
  return (
    <section class="section profile-section" aria-labelledby="consents">
      <h2 id="consents">{t("consents.title")}</h2>
      <Ready of={found}>
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <p class="muted">{t("consents.none")}</p>
            ) : (
              <ul class="lines">
                {items.map(({ id, kind, text_version, language: read, given_at }) => (
                  <li key={id}>
                    <span>{t(`consents.kind.${kind}`, { day: dateOnly(text_version) })}</span>
                    <span class="muted">
                      {t("consents.given", { when: when(given_at), language: languageName(read) })}
                    </span>
                  </li>
                ))}
              </ul>
            )}
            {!items.some(({ text_version }) => text_version === PRIVACY_NOTICE) && <Agree onGiven={found.again} />}
          </>
        )}
      </Ready>
      <p>
        <a href="/privacy">{t("consents.read")}</a>
      </p>
    </section>
  );
}

function Agree({ onGiven }: { onGiven: () => void }) {
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const body = { kind: "privacy_notice" as const, text_version: PRIVACY_NOTICE, language: language.get() };
      const given = await outcome(api.POST("/api/me/consents", { body }));
      if (!given.ok) return mistakes(given.problem, given.retryAfter, []);
      onGiven();
      return [];
    },
  );
  return (
    <form noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <p>{t("consents.newer")}</p>
      <Submit id="agree" busy={busy} label={t("consents.agree")} busyLabel={t("consents.busy")} />
    </form>
  );
}
