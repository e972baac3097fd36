/** The parts of the chart that go with a letter of referral, as they were when it was sent. */

import type { ComponentChildren } from "preact";
import type { Schemas } from "../../api/client";
import { frequencyText } from "../../lib/clinical/dosing";
import { shown, usual, wordOf } from "../../lib/clinical/results";
import { t } from "../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../lib/i18n/in-languages";
import { dateOnly, dayOf, when } from "../../lib/time/time";
import { type Column, Table } from "../Table";
import { Signature } from "./Signature";

type Enclosed = Schemas["EnclosedChart"];

const COLUMNS = (): Column<Schemas["EnclosedValue"]>[] => [
  { head: t("letter.value"), cell: nameOf },
  { head: t("letter.measured"), cell: (one) => shown(one) },
  { head: t("letter.usual"), cell: (one) => usual(one) },
  { head: t("letter.flag"), cell: ({ flag }) => <b>{t(wordOf(flag))}</b> },
];

export function Enclosures({ of, by }: { of: Enclosed; by: string }) {
  const { problems, medicines, allergies, results } = of;
  return (
    <div class="report stack close">
      <h3>{t("letter.enclosed", { day: dateOnly(dayOf(of.at)) })}</h3>
      {problems && (
        <Part title={t("letter.problems")} none={problems.length === 0 && t("letter.none")}>
          {problems.map(({ name, icd10, since }) => (
            <li key={name}>{[name, icd10 && `(${icd10})`, since && dateOnly(since)].filter(Boolean).join(" ")}</li>
          ))}
        </Part>
      )}
      {medicines && (
        <Part title={t("letter.medicines")} none={medicines.length === 0 && t("letter.none")}>
          {medicines.map((one) => (
            <li key={`${one.medicine} ${one.dose} ${one.last_day}`}>
              {one.medicine}: {t("sheet.take", { dose: one.dose, frequency: frequencyText(one.frequency) })},{" "}
              {t("letter.medicine.until", { day: dateOnly(one.last_day), doctor: one.prescribed_by })}
            </li>
          ))}
        </Part>
      )}
      {allergies && (
        <Part title={t("letter.allergies")} none={allergies.length === 0 && nothing(of)}>
          {allergies.map(({ substance, reaction, severity }) => (
            <li key={substance}>
              {[substance, reaction, t(`letter.severity.${severity}`)].filter(Boolean).join(", ")}
            </li>
          ))}
        </Part>
      )}
      {results.map((one) => (
        <section key={one.result_id} class="stack close">
          <h4>{t("letter.result", { test: testNameOf(one), when: when(one.taken_at) })}</h4>
          <Table caption={testNameOf(one)} columns={COLUMNS()} rows={one.values} rowKey={({ name }) => name} />
        </section>
      ))}
      <p>
        <Signature name={by} />
      </p>
    </div>
  );
}

function nothing({ allergy_status }: Enclosed): string {
  return t(allergy_status === "none_known" ? "letter.none_known" : "letter.not_asked");
}

function Part({ title, none, children }: { title: string; none: string | false; children: ComponentChildren }) {
  return (
    <section>
      <h4>{title}</h4>
      {none ? <p>{none}</p> : <ul class="lines">{children}</ul>}
    </section>
  );
}
