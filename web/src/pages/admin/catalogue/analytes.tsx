/** The laboratory's values (`?q=`): units and ranges of today, each with a link to change them. */

import { api, outcome, type Schemas } from "../../../api/client";
import { usual } from "../../../lib/clinical/results";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Page } from "../../../ui/frame/Page";
import { FoundList } from "../found-list";
import "../../../style/portals/admin.css";

type Analyte = Schemas["KnownAnalyte"];

export default function Analytes({ query }: OwnProps) {
  const q = query.get("q") ?? "";
  const list = usePages(
    (cursor) => {
      const apiQuery = { limit: 50, ...(q && { q }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/labs/analytes", { params: { query: apiQuery } }));
    },
    [q],
  );
  return (
    <Page
      title={t("ranges.title")}
      lead={t("ranges.lead")}
      back={{ href: "/admin/tests", text: t("catalogue_test.back") }}
      actions={
        <a class="button" href="/admin/analytes/new">
          {t("ranges.new")}
        </a>
      }
    >
      <SearchForm q={q} label={t("ranges.search")} act={t("catalogue.search.submit")} />
      <FoundList name="ranges" of={list} columns={columns()} rowKey={({ code }) => code} all="/admin/analytes" />
    </Page>
  );
}

function columns() {
  return [
    {
      head: t("catalogue.name"),
      cell: ({ code, ...one }: Analyte) => (
        <span class="caller">
          <a href={`/admin/analytes/${encodeURIComponent(code)}`}>{nameOf(one)}</a> <span>{code}</span>
        </span>
      ),
    },
    { head: t("ranges.unit"), cell: ({ unit }: Analyte) => unit ?? "" },
    { head: t("ranges.usual"), cell: (analyte: Analyte) => inWords(analyte) },
    { head: t("ranges.source"), cell: ({ source }: Analyte) => <span class="small">{source}</span> },
  ];
}

/** The usual range where one is enough, or their number. */
function inWords({ ranges, usual_names, unit, decimals }: Analyte): string {
  if (ranges.length > 1) return t("ranges.several", { count: ranges.length });
  return usual({ range: ranges[0] ?? null, usual_names, unit, decimals });
}
