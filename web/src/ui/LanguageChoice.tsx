/** The choice of the language of the pages and of mails. */
import type { Account } from "../api/client";
import { LANGUAGES, type Language, t } from "../lib/i18n/i18n";
import { chooseLanguage } from "../lib/session/language";
import { Radios } from "./forms/Select";

export function LanguageChoice({ account }: { account: Account }) {
  return (
    <section class="section profile-section">
      <h2>{t("language.title")}</h2>
      <Radios
        id="language"
        label={t("language.label")}
        choices={Object.entries(LANGUAGES).map(([value, text]) => ({ value, text }))}
        value={account.language}
        onValue={(code) => void chooseLanguage(code as Language)}
      />
    </section>
  );
}
