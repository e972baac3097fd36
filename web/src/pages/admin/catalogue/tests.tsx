/** The catalogue of laboratory tests (`?q=`), inactive ones too. */

import { api, outcome, type Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage, nameOf } from "../../../lib/i18n/in-languages";
import { money } from "../../../lib/i18n/numbers";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Chip } from "../../../ui/Chip";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Page } from "../../../ui/frame/Page";
import { FoundList } from "../found-list";
import "../../../style/portals/admin.css";

type LabTest = Schemas["LabTest"];

export default function Tests({ query }: OwnProps) {
  const q = query.get("q") ?? "";
  const list = usePages(
    (cursor) => {
      const apiQuery = { limit: 50, ...(q && { q }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/labs/tests", { params: { query: apiQuery } }));
    },
    [q],
  );
  return (
    <Page
      title={t("catalogue.title")}
      actions={
        <div class="row">
          <a class="button quiet" href="/admin/analytes">
            {t("ranges.title")}
          </a>
          <a class="button quiet" href="/admin/lab-hours">
            {t("lab_hours.title")}
          </a>
          <a class="button" href="/admin/tests/new">
            {t("catalogue.add")}
          </a>
        </div>
      }
    >
      <SearchForm q={q} label={t("catalogue.search")} act={t("catalogue.search.submit")} />
      <FoundList name="catalogue" of={list} columns={columns()} rowKey={({ code }) => code} all="/admin/tests" />
    </Page>
  );
}

function columns() {
  return [
    {
      head: t("catalogue.name"),
      cell: ({ code, ...one }: LabTest) => (
        <span class="caller">
          <a href={testHref(code)}>{nameOf(one)}</a> <span>{code}</span>
        </span>
      ),
    },
    {
      head: t("catalogue.category"),
      cell: ({ category_names }: LabTest) => inLanguage(category_names).replaceAll("-", " "),
    },
    { head: t("catalogue.specimen"), cell: ({ specimen_names }: LabTest) => inLanguage(specimen_names) },
    {
      head: t("catalogue.turnaround"),
      number: true,
      cell: ({ turnaround_hours: hours }: LabTest) => plural("catalogue.hours", hours),
    },
    {
      head: t("catalogue.price"),
      number: true,
      cell: ({ price_minor, currency }: LabTest) => money(price_minor, currency),
    },
    {
      head: t("catalogue.active"),
      cell: ({ active }: LabTest) =>
        active ? t("catalogue.active.yes") : <Chip tone="completed">{t("catalogue.active.no")}</Chip>,
    },
  ];
}

export function testHref(code: string): string {
  return `/admin/tests/${encodeURIComponent(code)}`;
}
