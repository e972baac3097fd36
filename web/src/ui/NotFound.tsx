/** There is no page at this address. */
import { t } from "../../lib/i18n";
import { Page } from "../../ui/Page";

export function NotFound() {
  return (
    <div class="narrow">
      <Page title={t("not_found.title")} lead={t("not_found.about")}>
        <p>
          <a class="button" href="/">
            {t("not_found.home")}
          </a>
        </p>
      </Page>
    </div>
  );
}
