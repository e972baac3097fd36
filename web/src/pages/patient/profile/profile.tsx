/** The patient's profile in sections, and the language of pages and mails. */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Consents } from "../../../ui/Consents";
import { Page } from "../../../ui/frame/Page";
import { LanguageChoice } from "../../../ui/LanguageChoice";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/patient.css";
import { About } from "./about";
import { Contact } from "./contact";
import { Mails } from "./mails";

export default function Profile({ account, config }: OwnProps) {
  const me = useLoad(() => outcome(api.GET("/auth/me")), [account.id]);
  return (
    <Page title={t("profile.title")} lead={t("profile.lead")} width="narrow">
      <Ready of={me}>
        {(loaded) => {
          // a change of the language makes a newer version
          const known = loaded.version < account.version ? account : loaded;
          return (
            <>
              {known.reference && <p class="muted">{t("profile.number", { reference: known.reference })}</p>}
              <About me={known} phone={config.phone} />
              <Contact me={known} put={me.put} />
            </>
          );
        }}
      </Ready>
      <Consents account={account} />
      <Mails account={account} />
      <LanguageChoice account={account} />
      <section class="section profile-section" aria-labelledby="more-heading">
        <h2 id="more-heading">{t("profile.more")}</h2>
        <ul class="lines">
          <li>
            <a href="/security">{t("profile.more.security")}</a>
          </li>
          <li>
            <a href="/profile/calendars">{t("profile.more.calendars")}</a>
          </li>
          <li>
            <a href="/record">{t("profile.more.record")}</a>
          </li>
          <li>
            <a href="/access-log">{t("profile.more.access")}</a>
          </li>
        </ul>
      </section>
    </Page>
  );
}
