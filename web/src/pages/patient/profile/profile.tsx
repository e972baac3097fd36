/** The patient's profile in sections, and the language of the pages. */
import { api, outcome } from "../../../api/client";
import { choose, LANGUAGES, type Language, language, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { useObservable } from "../../../lib/loading/use-observable";
import type { OwnProps } from "../../../lib/routing/page";
import { Radios } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/patient.css";
import { About, Contact, Name } from "./sections";

export default function Profile({ account }: OwnProps) {
  const me = useLoad(() => outcome(api.GET("/auth/me")), [account.id]);
  return (
    <Page title={t("profile.title")} lead={t("profile.lead")} width="narrow">
      <Ready of={me}>
        {(known) => (
          <>
            <p class="muted">{t("profile.number", { id: known.id })}</p>
            <Name me={known} put={me.put} />
            <About me={known} put={me.put} />
            <Contact me={known} put={me.put} />
          </>
        )}
      </Ready>
      <LanguageChoice />
      <section class="section profile-section" aria-labelledby="more-heading">
        <h2 id="more-heading">{t("profile.more")}</h2>
        <ul class="lines">
          <li>
            <a href="/security">{t("profile.more.security")}</a>
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

function LanguageChoice() {
  const spoken = useObservable(language);
  return (
    <section class="section profile-section" aria-labelledby="language-heading">
      <h2 id="language-heading">{t("profile.language")}</h2>
      <Radios
        id="language"
        label={t("profile.language.label")}
        hint={t("profile.language.hint")}
        choices={Object.entries(LANGUAGES).map(([value, text]) => ({ value, text }))}
        value={spoken}
        onValue={(code) => void choose(code as Language)}
      />
    </section>
  );
}
