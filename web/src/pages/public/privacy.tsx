/** The privacy notice: who reads which data, the access log, how long data are kept, and the contact. */
import { type Key, t } from "../../lib/i18n/i18n";
import { PRIVACY_NOTICE } from "../../lib/privacy-notice";
import "../../style/portals/public.css";
import type { PageProps } from "../../lib/routing/page";
import { dateOnly } from "../../lib/time/time";
import { Page } from "../../ui/frame/Page";
import { Tel } from "../../ui/Tel";

const PARTS = [
  ["what", 5],
  ["who", 5],
  ["log", 3],
  ["safe", 4],
  ["long", 5],
  ["rights", 4],
] as const;

export default function Privacy({ config }: PageProps) {
  const { hospital, address, phone, privacy_contact: contact } = config;
  return (
    <Page title={t("privacy.title")} lead={t("privacy.lead", { hospital })} width="narrow">
      <div class="prose">
        <p class="muted">{t("privacy.version", { day: dateOnly(PRIVACY_NOTICE) })}</p>
        {PARTS.map(([part, count]) => (
          <section key={part} aria-labelledby={part}>
            <h2 id={part}>{t(`privacy.${part}`)}</h2>
            <ul>
              {Array.from({ length: count }, (_, n) => `privacy.${part}.${n + 1}` as Key).map((say) => (
                <li key={say}>{t(say)}</li>
              ))}
            </ul>
          </section>
        ))}
        <section aria-labelledby="contact">
          <h2 id="contact">{t("privacy.contact")}</h2>
          <p>{t("privacy.contact.who", { hospital: address ? `${hospital}, ${address}` : hospital })}</p>
          {contact && <p>{t("privacy.contact.person", { contact })}</p>}
          {phone && (
            <p class="help-phone">
              <Tel number={phone} />
            </p>
          )}
          <p>{t("privacy.contact.complain")}</p>
        </section>
      </div>
    </Page>
  );
}
