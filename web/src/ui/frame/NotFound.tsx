/** The 404 page, also for records of others. */
import { t } from "../../lib/i18n/i18n";
import { Page } from "./Page";

export function NotFound() {
  return (
    <Page title={t("not_found.title")} lead={t("not_found.about")} width="narrow">
      <p>
        <a class="button" href="/">
          {t("not_found.home")}
        </a>
      </p>
    </Page>
  );
}
