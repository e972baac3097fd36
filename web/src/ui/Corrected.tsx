/** The mark of a corrected result: when, why, and the values that were replaced. */

import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../api/client";
import { shown, toneOf, wordOf } from "../lib/clinical/results";
import { t } from "../lib/i18n/i18n";
import { nameOf, testNameOf } from "../lib/i18n/in-languages";
import { useLoad } from "../lib/loading/query";
import { when } from "../lib/time/time";
import { Chip } from "./Chip";
import { Ready } from "./Ready";

type Result = Schemas["LabResult"];

interface Props {
  of: Result;
  /** The page of the answers and calls about critical values, for doctors and laboratory. */
  answers?: string;
  /** Show the earlier values at once. */
  opened?: boolean;
}

export function Corrected({ of, answers, opened = false }: Props) {
  const [open, setOpen] = useState(opened);
  const { corrected_at: at, correction_reason: reason, correction_waits_since: waits } = of;
  if (!at && !waits) return null;
  return (
    <div class="info corrected">
      {waits && <p>{t("corrected.waits")}</p>}
      {at && (
        <>
          <p>
            <b>{t("corrected.title", { when: when(at) })}</b>
          </p>
          <p class="written">{t("corrected.reason", { reason: reason ?? "" })}</p>
          <details class="no-print" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>
              {t("corrected.earlier")} <span class="unseen">{testNameOf(of)}</span>
            </summary>
            {open && <Earlier of={of} {...(answers && { answers })} />}
          </details>
        </>
      )}
    </div>
  );
}

function Earlier({ of: { id, version }, answers }: Props) {
  const params = { path: { result_id: id } };
  const found = useLoad(() => outcome(api.GET("/api/labs/results/{result_id}/versions", { params })), [id, version]);
  return (
    <Ready of={found}>
      {({ items }) =>
        items.length === 0 ? (
          <p>{t("corrected.none")}</p>
        ) : (
          items.map((one) => (
            <section key={one.version} class="stack close">
              <p class="muted">{t("corrected.until", { when: when(one.replaced_at) })}</p>
              <Values of={one.observations} />
              {answers && one.critical && <a href={answers}>{t("corrected.answers")}</a>}
              {one.comment && <p class="written">{t("report.comment", { comment: one.comment })}</p>}
            </section>
          ))
        )
      }
    </Ready>
  );
}

/** Values as lines: name, value, flag. */
export function Values({ of }: { of: readonly Schemas["Observation"][] }) {
  return (
    <ul class="plain">
      {of.map((one) => (
        <li key={one.analyte} class="row">
          {nameOf(one)} <b>{shown(one)}</b>{" "}
          {one.flag !== "no_range" && <Chip tone={toneOf(one.flag)}>{t(wordOf(one.flag))}</Chip>}
        </li>
      ))}
    </ul>
  );
}
