/** The button under a list that has more. */
import { t } from "../lib/i18n";

export function More({ of }: { of: { more: (() => void) | null } }) {
  if (!of.more) return null;
  return (
    <p class="more">
      <button type="button" class="button quiet" onClick={of.more}>
        {t("more")}
      </button>
    </p>
  );
}
