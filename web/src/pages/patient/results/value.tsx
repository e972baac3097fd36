/** One value: name, number line, explanation, and a link to its trend. */

import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage, nameOf } from "../../../lib/i18n/in-languages";
import { NumberLine } from "../../../ui/charts/NumberLine";

/** `result` is the value's result, to which the trend links back. */
export function ResultValue({ of, result }: { of: Schemas["Observation"]; result: number }) {
  return (
    <>
      <h3>{nameOf(of)}</h3>
      <NumberLine observation={of} />
      {of.plain && (
        <details class="meaning">
          <summary>
            {t("result_page.meaning")} <span class="unseen">{nameOf(of)}</span>
          </summary>
          <p>{inLanguage(of.explanations)}</p>
        </details>
      )}
      {of.value !== null && (
        <p class="small">
          <a href={`/results/trends/${encodeURIComponent(of.analyte)}?result=${result}`}>
            {t("result_page.trend")} <span class="unseen">{nameOf(of)}</span>
          </a>
        </p>
      )}
    </>
  );
}
