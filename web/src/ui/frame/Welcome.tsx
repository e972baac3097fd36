/** The layout of pages without a session: a panel and the form. */
import type { ComponentChildren } from "preact";
import { t } from "../../lib/i18n/i18n";
import "../../style/portals/public.css";
import { Mark } from "./Mark";

export function Welcome({ children }: { children: ComponentChildren }) {
  return (
    <div class="welcome">
      <div class="welcome-form">{children}</div>
      <aside class="welcome-panel">
        <Mark />
        <p class="welcome-title">{t("panel.title")}</p>
        <ul>
          <li>{t("panel.visits")}</li>
          <li>{t("panel.care")}</li>
          <li>{t("panel.results")}</li>
        </ul>
      </aside>
    </div>
  );
}
