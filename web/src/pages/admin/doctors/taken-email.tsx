/** The link to the account that already has an e-mail address. */
import { t } from "../../../lib/i18n/i18n";

export function EmailInUse({ email }: { email: string | null }) {
  if (email === null) return null;
  return (
    <p class="taken-email">
      <a href={`/admin/people?q=${encodeURIComponent(email)}`}>{t("invitation.taken.show", { email })}</a>
    </p>
  );
}
