/** A laboratory result in a record: values outside the usual range, all values, and trends. */

import type { Schemas } from "../../../api/client";
import { sentence, shown, toneOf, usual, wordOf } from "../../../lib/clinical/results";
import { t } from "../../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../../lib/i18n/in-languages";
import { Chip } from "../../../ui/Chip";
import { CommentVersions } from "../../../ui/CommentVersions";
import { Corrected } from "../../../ui/Corrected";
import { isOutside } from "../../../ui/charts/Marker";
import { Trend } from "../../../ui/charts/Trend";
import { type Column, Table } from "../../../ui/Table";
import { Fold } from "./fold";
import { type Chart, trendOf } from "./record";

type Observation = Schemas["Observation"];

export function ResultEntry({ of, chart }: { of: Schemas["LabResult"]; chart: Chart }) {
  const outside = of.observations.filter(({ flag }) => isOutside(flag));
  const trends = of.observations.map(({ analyte }) => trendOf(chart.results, analyte)).filter((one) => one !== null);
  return (
    <>
      <p class="row record-head">
        <b>{testNameOf(of)}</b>
        {of.critical && <Chip tone="critical">{t("record.critical")}</Chip>}
        {!of.released_at && <Chip tone="completed">{t("record.unreleased")}</Chip>}
      </p>
      <Corrected of={of} answers={`/doctor/critical/${of.id}`} />
      <p class="muted">{sentence(of)}</p>
      {outside.length > 0 && (
        <ul class="plain">
          {outside.map((one) => (
            <li key={one.analyte} class="row">
              {nameOf(one)} <b>{shown(one)}</b> <Flag of={one} />
            </li>
          ))}
        </ul>
      )}
      {of.comment && <p>{t("report.comment", { comment: of.comment })}</p>}
      <CommentVersions of={of} />
      <Fold title={t("record.values")}>
        <Table caption={testNameOf(of)} columns={COLUMNS()} rows={of.observations} rowKey={({ analyte }) => analyte} />
      </Fold>
      {trends.length > 0 && (
        <Fold title={t("record.trends")}>
          {trends.map((trend) => (
            <Fold key={trend.name} title={t("chart.trend", { name: trend.name })}>
              <Trend {...trend} />
            </Fold>
          ))}
        </Fold>
      )}
    </>
  );
}

const COLUMNS = (): Column<Observation>[] => [
  { head: t("report.name"), cell: nameOf },
  { head: t("report.value"), cell: (one) => shown(one), number: true },
  { head: t("report.usual"), cell: (one) => usual(one) },
  { head: t("report.flag"), cell: (one) => <Flag of={one} /> },
];

function Flag({ of: { flag } }: { of: Observation }) {
  return <Chip tone={toneOf(flag)}>{t(wordOf(flag))}</Chip>;
}
