/** The results of one specimen of a patient: a row has the worst value, the one before, and the release. */

import { useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { sentence, shown, toneOf, wordOf } from "../../../lib/clinical/results";
import { plural, t } from "../../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../../lib/i18n/in-languages";
import { withQuery } from "../../../lib/routing/router";
import { dateOnly, dayOf, when } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { type Acts, type Group, isQuick, type Result } from "./groups";
import { Review } from "./review";
import { send } from "./send";

interface Props {
  group: Group;
  counts: readonly Schemas["PatientCounts"][];
  acts: Acts;
  /** The page has one patient's results only. */
  alone: boolean;
}

export function Patient({ group: { patient, at, items }, counts, acts, alone }: Props) {
  const count = counts.find((one) => one.patient_id === patient.id);
  const total = count ? count.critical + count.outside_range + count.rest : 0;
  const quick = items.filter(isQuick);
  return (
    <div class="card review-patient">
      <div class="row review-head">
        <h3>
          <a href={`/doctor/patients/${patient.id}`}>{patient.full_name}</a>{" "}
          <span class="muted small">
            {patient.date_of_birth && t("review.born_on", { date: dateOnly(patient.date_of_birth) })} {when(at)}
          </span>
        </h3>
        {!alone && total > items.length && (
          <a href={withQuery({ patient_id: String(patient.id) })}>{plural("review.all_of", total)}</a>
        )}
        {quick.length > 1 && <Release of={quick} acts={acts} />}
      </div>
      <ul class="plain">
        {items.map((one) => (
          <li key={one.id} class="review-row">
            <Row of={one} acts={acts} />
            {isQuick(one) && <Release of={[one]} acts={acts} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ of: result, acts }: { of: Result; acts: Acts }) {
  const [opened, setOpened] = useState(false);
  const single = result.observations.length === 1;
  return (
    <details class="review" onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <span>
          <b>{testNameOf(result)}</b> {result.corrected_at && <Chip tone="no-show">{t("corrected.short")}</Chip>}
        </span>
        <Worst of={result.worst} corrected={result.corrected_at !== null} />
        <span class="muted small">
          {!single && sentence(result)} {result.status === "released" && t("review.is_released")}
        </span>
      </summary>
      {/* rendered when opened: fifty results have hundreds of number lines */}
      {opened && <Review result={result} acts={acts} />}
    </details>
  );
}

/** "Potassium 5.9 mmol/L ↑ High, before 4.4 mmol/L on 3 March" */
function Worst({ of: worst, corrected }: { of: Schemas["WorstValue"]; corrected: boolean }) {
  const { previous, direction, unit, decimals } = worst;
  return (
    <span>
      {nameOf(worst)} <b>{shown(worst)}</b>{" "}
      {direction && (
        <>
          <span aria-hidden="true">{ARROWS[direction]}</span>
          <span class="unseen">{t(`review.direction.${direction}`)}</span>{" "}
        </>
      )}
      <Chip tone={toneOf(worst.flag)}>{t(wordOf(worst.flag))}</Chip>{" "}
      <span class="muted small">
        {previous
          ? t("review.before", { value: shown({ ...previous, unit, decimals }), date: dateOnly(dayOf(previous.at)) })
          : !corrected && t("review.first_value")}
      </span>
    </span>
  );
}

const ARROWS = { up: "↑", down: "↓", same: "→" } as const;

function Release({ of: results, acts }: { of: readonly Result[]; acts: Acts }) {
  const [busy, setBusy] = useState(false);
  const [first] = results;
  if (!first) return null;
  const name = first.patient.full_name;
  const press = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const done: Result[] = [];
    // one after another: a result that changed meanwhile ends the series and stays
    for (const one of results) {
      const answer = await send(one, { seen: true, release: true });
      if (!answer.ok) break;
      done.push(answer.data);
    }
    setBusy(false);
    acts.put(...done);
    if (done.length < results.length) {
      acts.again();
      acts.say(t("review.not_released", { name }));
    } else if (done.length > 1) acts.say(plural("review.done.released_all", done.length, { name }));
    else acts.say(t("review.done.released", { name, test: testNameOf(first) }));
  };
  const what = results.length > 1 ? plural("review.release_all", results.length) : testNameOf(first);
  return (
    <button type="button" class="button quiet small" aria-disabled={busy} onClick={() => void press()}>
      {results.length > 1 ? what : t("review.release_one")}{" "}
      <span class="unseen">{results.length > 1 ? name : `${what}, ${name}`}</span>
    </button>
  );
}
