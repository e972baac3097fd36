/** A critical result for doctors and laboratory: its state, its values, and the reports about it. */

import type { Critical } from "../lib/clinical/critical";
import { shown, toneOf, usual, wordOf } from "../lib/clinical/results";
import { t } from "../lib/i18n/i18n";
import { nameOf } from "../lib/i18n/in-languages";
import { when } from "../lib/time/time";
import { Chip } from "./Chip";
import { Tel } from "./Tel";
import "../style/components/critical.css";

type Report = Critical["communications"][number];

export function CriticalState({ one }: { one: Critical }) {
  if (!one.result.critical) return <p class="done">{t("critical.corrected")}</p>;
  if (one.closed_at)
    return (
      <p class="done">{t("critical.closed", { name: one.closed_by?.full_name ?? "", when: when(one.closed_at) })}</p>
    );
  return <p class="warning">{t(`critical.escalation.${one.escalation}`, { when: when(one.since) })}</p>;
}

export function Values({ one }: { one: Critical }) {
  return (
    <ul class="reports">
      {one.result.observations.map((observation) => (
        <li key={observation.analyte}>
          {nameOf(observation)} <b>{shown(observation)}</b>{" "}
          <Chip tone={toneOf(observation.flag)}>{t(wordOf(observation.flag))}</Chip>{" "}
          <span class="muted">{usual(observation)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The doctors that can acknowledge it, with their telephone numbers. */
export function Doctors({ one }: { one: Critical }) {
  if (one.doctors.length === 0) return <span>{t("critical.no_doctor")}</span>;
  return (
    <ul class="reports">
      {one.doctors.map(({ id, full_name, phone, responsible }) => (
        <li key={id}>
          {full_name} {!responsible && <span class="muted">{t("critical.in_care")}</span>}{" "}
          {phone && <Tel number={phone} />}
        </li>
      ))}
    </ul>
  );
}

export function Reports({ one }: { one: Critical }) {
  return (
    <section class="stack close">
      <h2>{t("critical.reports")}</h2>
      {one.communications.length === 0 && <p class="muted">{t("critical.reports.none")}</p>}
      <ol class="reports">
        {one.communications.map((report) => (
          <li key={`${report.at} ${report.kind} ${report.by.id}`}>
            {said(report)}
            {report.text && <p>{report.text}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function said({ kind, at, by, person_called, phone }: Report): string {
  const words = { when: when(at), name: by.full_name, called: [person_called, phone].filter(Boolean).join(", ") };
  return t(`critical.report.${kind}`, words);
}
