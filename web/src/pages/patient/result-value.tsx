/** One value for its patient: name, value on its line, what it means, and the way to those before. */
import type { Schemas } from "../../api/client";
import { t } from "../../lib/i18n";
import { NumberLine } from "../../ui/NumberLine";

export function ResultValue({ of }: { of: Schemas["Observation"] }) {
  return (
    <>
      <h3>{of.name}</h3>
      <NumberLine observation={of} />
      {of.plain && (
        <details class="meaning">
          <summary>
            {t("result_page.meaning")} <span class="unseen">{of.name}</span>
          </summary>
          <p>{of.plain}</p>
        </details>
      )}
      {of.value !== null && (
        <p class="small">
          <a href={`/results/trends/${encodeURIComponent(of.analyte)}`}>
            {t("result_page.trend")} <span class="unseen">{of.name}</span>
          </a>
        </p>
      )}
    </>
  );
}
