/** The letterhead of a printed page: hospital and subject. Print only. */
import type { Config } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { Mark } from "../frame/Mark";

export function PrintHead({ config, about }: { config: Config; about: string }) {
  return (
    <div class="print-head" aria-hidden="true">
      <Mark />
      <p>
        <b>{config.hospital}</b>
        {config.phone && <span>{config.phone}</span>}
      </p>
      <p>
        {about}
        {config.demo && <span>{t("demo.print")}</span>}
      </p>
    </div>
  );
}

/** Opens the browser's print dialog. */
export function PrintButton() {
  return (
    <button type="button" class="button quiet" onClick={() => print()}>
      {t("print")}
    </button>
  );
}
