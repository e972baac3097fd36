/** The head of every printed sheet: hospital, document and patient. Print only; goes into `Page.paper`. */
import { useEffect } from "preact/hooks";
import type { Config } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { dateOnly } from "../../lib/time/time";
import { Mark } from "../frame/Mark";

interface Props {
  config: Config;
  /** The document, with its reference. */
  about: string;
  /** The patient of the document; lists of many patients have none. */
  patient?: { full_name: string; date_of_birth: string | null } | null;
}

export function PrintHead({ config, about, patient }: Props) {
  const born = patient?.date_of_birth;
  const sheets = t("print.sheets");
  useEffect(() => {
    // the margin of print.css inherits from the root
    document.documentElement.style.setProperty("--sheets", sheets);
  }, [sheets]);
  return (
    <div class="print-head" aria-hidden="true">
      <div>
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
      {patient && (
        <p>
          <b>{patient.full_name}</b> {t("print.born", { day: born ? dateOnly(born) : "–" })}
        </p>
      )}
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
