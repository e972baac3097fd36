/** Loads the chart that the query of a page names by patient or visit. */
import type { ComponentChildren } from "preact";
import type { Schemas } from "../../../api/client";
import { useLoad } from "../../../lib/loading/query";
import { NotFound } from "../../../ui/frame/NotFound";
import { Ready } from "../../../ui/Ready";
import { type ChartQuery, chartQueryOf, loadQueriedChart } from "./chart-from-query";

interface Props {
  query: URLSearchParams;
  children: (chart: Schemas["Chart"], chartQuery: ChartQuery) => ComponentChildren;
}

export function QueriedChart({ query, children }: Props) {
  const chartQuery = chartQueryOf(query);
  const chart = useLoad(() => loadQueriedChart(chartQuery), [chartQuery]);
  if (chartQuery.patient === null && chartQuery.visit === null) return <NotFound />;
  return (
    <Ready of={chart} whole>
      {(found) => children(found, chartQuery)}
    </Ready>
  );
}
