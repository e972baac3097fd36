/** The head of every printed sheet: hospital, document and patient. Print only; goes into `Page.paper`. */
import { useLayoutEffect } from "preact/hooks";
import type { Config, Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { dateOnly } from "../../lib/time/time";
import { Mark } from "../frame/Mark";

interface Props {
  config: Config;
  /** The document, with its reference. */
  about: string;
  /** The patient of the document; lists of many patients have none. */
  patient?: Named;
}
type Named = Schemas["NamedPatient"];

/** "Pat Moreno, born 17 May 1984" */
export function identity({ full_name: name, date_of_birth: born }: Omit<Named, "id">): string {
  return t("print.patient", { name, day: born ? dateOnly(born) : "–" });
}

export function PrintHead({ config, about, patient }: Props) {
  const sheets = t("print.sheets");
  useLayoutEffect(() => {
    // the margin of print.css inherits from the root
    document.documentElement.style.setProperty("--sheets", sheets);
  }, [sheets]);
  return (
    <div class="print-head" aria-hidden="true">
      <div>
        <Mark />
        <p>
          <b>{config.hospital}</b>
          {config.address && <span>{config.address}</span>}
          {config.phone && <span>{config.phone}</span>}
        </p>
        <p>
          {about}
          {config.demo && <span>{t("demo.print")}</span>}
        </p>
      </div>
      {patient && (
        <p>
          <b>{identity(patient)}</b>
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

/** Says of an entry, on screen and paper, that a doctor with emergency access alone wrote it. */
export function InEmergency({ of }: { of: { emergency: boolean } }) {
  return of.emergency ? <p class="small">{t("in_emergency")}</p> : null;
}
