/** The signature line. Print only. */
import { t } from "../../lib/i18n/i18n";
import "../../style/components/sheet.css";

export function Signature({ name }: { name: string }) {
  return (
    <div class="signature" aria-hidden="true">
      <p>{t("sheet.signed_on")}</p>
      <p>{t("sheet.signature", { name })}</p>
    </div>
  );
}
