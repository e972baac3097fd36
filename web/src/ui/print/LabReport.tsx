/** A laboratory result as a printed report: patient, values with usual ranges, verification. */

import type { Schemas } from "../../api/client";
import { shown, usual, wordOf } from "../../lib/clinical/results";
import { t } from "../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../lib/i18n/in-languages";
import { when } from "../../lib/time/time";
import { Details } from "../Details";
import { type Column, Table } from "../Table";
import "../../style/components/sheet.css";

const COLUMNS = (): Column<Schemas["Observation"]>[] => [
  { head: t("report.name"), cell: nameOf },
  { head: t("report.value"), cell: (one) => shown(one) },
  { head: t("report.usual"), cell: (one) => usual(one) },
  { head: t("report.flag"), cell: ({ flag }) => <b>{t(wordOf(flag))}</b> },
];

export function LabReport({ of }: { of: Schemas["LabResult"] }) {
  const { patient, verified_by, verified_at, collected_at, released_at } = of;
  return (
    <article class="sheet report" aria-label={t("report.title", { test: testNameOf(of) })}>
      <Details
        of={[
          [t("report.sex"), t(`sex.${patient.sex}`)],
          [t("report.test"), `${testNameOf(of)} (${of.test_code})`],
          [t("report.collected"), collected_at && when(collected_at)],
          [t("report.released"), released_at && when(released_at)],
          [
            t("report.verified"),
            verified_by && verified_at && t("report.by", { name: verified_by.full_name, when: when(verified_at) }),
          ],
          [t("sheet.reference"), of.reference],
        ]}
      />
      {of.corrected_at && (
        <p class="written">
          <b>{t("corrected.title", { when: when(of.corrected_at) })}</b>{" "}
          {t("corrected.reason", { reason: of.correction_reason ?? "" })}
        </p>
      )}
      {of.correction_waits_since && <p>{t("corrected.waits")}</p>}
      {of.comment && <p class="written">{t("report.comment", { comment: of.comment })}</p>}
      {of.note && <p class="written">{t("report.note", { note: of.note })}</p>}
      <Table
        caption={t("report.values")}
        columns={COLUMNS()}
        rows={of.observations}
        rowKey={({ analyte }) => analyte}
      />
    </article>
  );
}
