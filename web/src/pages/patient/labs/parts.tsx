/** Parts of the pages about laboratory bookings: tests and preparation. */

import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { money } from "../../../lib/i18n/numbers";
import type { Day, Instant } from "../../../lib/time/time";
import { bookHref, type LabTest, type Prepared, preparations, total } from "./tests";

/** The chosen tests, with a link to add one; all but the first can be removed. */
export function LabTestList({ tests, day }: { tests: readonly LabTest[]; day: Day | null }) {
  const codes = tests.map(({ code }) => code);
  const without = (code: string): string[] => codes.filter((one) => one !== code);
  const add = new URLSearchParams({ with: codes.join(","), ...(day && { day }) });
  return (
    <section class="card">
      <h2>{t("lab_book.tests")}</h2>
      <ul class="lines">
        {tests.map(({ code, price_minor, currency, ...one }) => (
          <li key={code}>
            <span>{nameOf(one)}</span>
            <span class="row">
              {tests.length > 1 && (
                <a href={bookHref(without(code), day)}>
                  {t("lab_book.remove")} <span class="unseen">{nameOf(one)}</span>
                </a>
              )}
              <span class="muted">{money(price_minor, currency)}</span>
            </span>
          </li>
        ))}
      </ul>
      <p class="row between">
        <a href={`/labs?${add.toString()}`}>{t("lab_book.add")}</a>
        {tests.length > 1 && <b>{t("lab_book.total", { price: total(tests) })}</b>}
      </p>
    </section>
  );
}

/** The preparation before the sample, shown prominently. */
export function LabPreparation({ tests, starts }: { tests: readonly Prepared[]; starts: Instant | null }) {
  const known = preparations(tests, starts);
  return (
    <section class="info stack close" aria-labelledby="preparation">
      <h2 id="preparation">{t("lab_book.preparation")}</h2>
      {known.map(([names, what]) => (
        <div key={what}>
          {known.length > 1 && <h3>{names.join(", ")}</h3>}
          <p>{what}</p>
        </div>
      ))}
    </section>
  );
}
