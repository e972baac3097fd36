/** The accessibility statement. */
import { type Key, t } from "../../lib/i18n/i18n";
import "../../style/portals/public.css";
import type { PageProps } from "../../lib/routing/page";
import { Page } from "../../ui/frame/Page";
import { Tel } from "../../ui/Tel";

const PARTS = [
  ["tested", 6],
  ["untested", 3],
  ["known", 2],
] as const;

export default function Accessibility({ config }: PageProps) {
  return (
    <Page title={t("accessibility.title")} lead={t("accessibility.lead", { hospital: config.hospital })} width="narrow">
      <div class="prose">
        {PARTS.map(([part, count]) => (
          <section key={part} aria-labelledby={part}>
            <h2 id={part}>{t(`accessibility.${part}`)}</h2>
            <ul>
              {Array.from({ length: count }, (_, n) => `accessibility.${part}.${n + 1}` as Key).map((say) => (
                <li key={say}>{t(say)}</li>
              ))}
            </ul>
          </section>
        ))}
        <section aria-labelledby="complain">
          <h2 id="complain">{t("accessibility.complain")}</h2>
          <p>{t("accessibility.complain.about")}</p>
          {config.phone ? (
            <p class="help-phone">
              <Tel number={config.phone} />
            </p>
          ) : (
            <p>{t("accessibility.complain.no_phone")}</p>
          )}
          <p>{t("accessibility.complain.body")}</p>
        </section>
      </div>
    </Page>
  );
}
