/** The demo hospital's people, each a button that fills the sign-in form. */

import { t } from "../lib/i18n/i18n";
import { DEMO_LOGINS, DEMO_PASSWORD } from "../lib/session/demo";

export function DemoLogins({ fill }: { fill: (email: string, password: string) => void }) {
  return (
    <section class="demo-logins" aria-labelledby="demo-title">
      <h2 id="demo-title">{t("demo.title")}</h2>
      <p>
        {t("demo.about")} <code>{DEMO_PASSWORD}</code>
      </p>
      <ul>
        {DEMO_LOGINS.map(({ email, role }) => (
          <li key={email}>
            <button type="button" onClick={() => fill(email, DEMO_PASSWORD)}>
              <span class="unseen">{t("demo.fill", { email, role: t(`role.${role}`) })}</span>
              <b aria-hidden="true">{t(`role.${role}`)}</b>
              <span aria-hidden="true">{email}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
