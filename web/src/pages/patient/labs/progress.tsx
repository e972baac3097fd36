/** The progress of a laboratory booking, with its results or their usual time. */

import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { testsOf, usually } from "./tests";
import { type LabVisit, STEPS, stepsDone } from "./visit";

export function LabSteps({ of }: { of: LabVisit }) {
  const done = stepsDone(of);
  return (
    <section aria-labelledby="steps">
      <h2 id="steps" class="unseen">
        {t("lab_booking.steps")}
      </h2>
      <ol class="steps">
        {STEPS.map((step, n) => (
          <li key={step} class={n < done ? "done-step" : undefined} aria-current={n === done - 1 ? "step" : undefined}>
            <b>{t(`lab_visit.${step}`)}</b> <span class="muted small">{t(state(n, done))}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function state(n: number, done: number) {
  if (n === done - 1) return done === STEPS.length ? "lab_booking.step.done" : "lab_booking.step.now";
  return n < done ? "lab_booking.step.done" : "lab_booking.step.next";
}

export function LabTestResults({ of }: { of: LabVisit }) {
  const waits = of.status !== "cancelled" && of.tests.some(({ result_id }) => result_id === null);
  const codes = of.tests.map(({ code }) => code);
  // turnaround times come from the catalogue; without them the line is left out
  const known = useLoad(async () => (waits ? testsOf(codes) : { ok: true as const, data: [] }), [codes, waits]);
  return (
    <section>
      <h2>{t("lab_booking.tests")}</h2>
      <ul class="lines">
        {of.tests.map(({ code, result_id, ...one }) => {
          const test = known.data?.find((one) => one.code === code);
          return (
            <li key={code}>
              <span>{nameOf(one)}</span>
              {result_id !== null && (
                <a href={`/results/${result_id}`}>
                  {t("lab_booking.result")} <span class="unseen">{nameOf(one)}</span>
                </a>
              )}
              {result_id === null && waits && test && (
                <span class="muted small">{usually("lab_booking.waits", test.turnaround_hours)}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
