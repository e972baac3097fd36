/** The signature, the last line of a text or medicine, so that it never stands alone on a sheet. Print only. */
import { t } from "../../lib/i18n/i18n";
import "../../style/components/sheet.css";

export function Signature({ name }: { name: string }) {
  return (
    <span class="signature" aria-hidden="true">
      <span>{t("sheet.signed_on")}</span>
      <span>{t("sheet.signature", { name })}</span>
    </span>
  );
}
