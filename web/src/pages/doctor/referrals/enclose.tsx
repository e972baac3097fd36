/** The parts of the chart that go with a referral, as checkboxes. */

import type { Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Checkbox } from "../../../ui/forms/Checkbox";

export type Enclosing = Required<Schemas["Enclose"]>;
type Chart = Schemas["Chart"];

/** Allergies are proposed, because a missed one harms. */
export const NOTHING_ENCLOSED: Enclosing = { problems: false, medicines: false, allergies: true, results: [] };
const SHOWN = 8;

interface Props {
  chart: Chart;
  of: Enclosing;
  put: (now: Enclosing) => void;
}

export function EncloseFields({ chart, of, put }: Props) {
  const problems = chart.problems.filter(({ status }) => status === "active").length;
  const medicines = chart.prescriptions.flatMap(({ items }) => items.filter(({ active }) => active)).length;
  const results = chart.results.filter(({ status }) => status === "released").slice(0, SHOWN);
  const mark = (id: number, on: boolean): void => {
    const others = of.results.filter(({ result_id }) => result_id !== id);
    put({ ...of, results: on ? [...others, { result_id: id }] : others });
  };
  return (
    <fieldset class="field">
      <legend>{t("refer.enclose")}</legend>
      <p class="hint">{t("refer.enclose.hint")}</p>
      <div class="radios">
        <Checkbox
          id="enclose-problems"
          label={plural("refer.enclose.problems", problems)}
          checked={of.problems}
          onValue={(on) => put({ ...of, problems: on })}
        />
        <Checkbox
          id="enclose-medicines"
          label={plural("refer.enclose.medicines", medicines)}
          checked={of.medicines}
          onValue={(on) => put({ ...of, medicines: on })}
        />
        <Checkbox
          id="enclose-allergies"
          label={t("refer.enclose.allergies")}
          checked={of.allergies}
          onValue={(on) => put({ ...of, allergies: on })}
        />
        {results.map(({ id, test_names, collected_at, entered_at }) => (
          <Checkbox
            key={id}
            id={`enclose-${id}`}
            label={t("refer.enclose.result", {
              test: inLanguage(test_names),
              day: dateOnly(dayOf(collected_at ?? entered_at)),
            })}
            checked={of.results.some(({ result_id }) => result_id === id)}
            onValue={(on) => mark(id, on)}
          />
        ))}
      </div>
      <p class="hint">{t(results.length > 0 ? "refer.enclose.results.hint" : "refer.enclose.results.none")}</p>
    </fieldset>
  );
}
