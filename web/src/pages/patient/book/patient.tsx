/** Shown to visitors without an account and to staff, who cannot book. */
import type { Account } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";

export function BookingPatient({ account }: { account: Account | null }) {
  if (account)
    return <p class="warning">{t("book.role", { name: account.full_name, role: t(`role.${account.role}`) })}</p>;
  const next = encodeURIComponent(location.pathname + location.search);
  return (
    <section aria-labelledby="who">
      <h2 id="who">{t("book.who")}</h2>
      <p>{t("book.who.about")}</p>
      <p class="row book-who">
        <a class="button" href={`/register?next=${next}`}>
          {t("book.register")}
        </a>
        <a class="button quiet" href={`/sign-in?next=${next}`}>
          {t("book.sign_in")}
        </a>
      </p>
    </section>
  );
}
