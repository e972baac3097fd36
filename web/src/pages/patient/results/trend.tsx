/** The trend of one analyte: a sentence on the newest value, the line and the table. `?result=` is the page to return to. */

import { api, outcome, type Schemas } from "../../../api/client";
import { shown } from "../../../lib/clinical/results";
import { plural, t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { isOutside } from "../../../ui/charts/Marker";
import { Trend } from "../../../ui/charts/Trend";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/patient-labs.css";
import "../../../style/portals/patient.css";

type Values = Schemas["Trend"];

export default function TrendPage({ params, query }: OwnProps) {
  const path = { analyte: params.code ?? "" };
  const found = useLoad(
    () => outcome(api.GET("/api/labs/trends/{analyte}", { params: { path, query: { limit: 100 } } })),
    [params.code],
  );
  const result = Number(query.get("result"));
  const back = result
    ? { href: `/results/${result}`, text: t("trend.back") }
    : { href: "/results", text: t("result_page.back") };
  return (
    <Ready of={found} whole>
      {(values) => (
        <Page title={t("trend.title", { name: nameOf(values) })} lead={sentence(values)} back={back}>
          <div class="stack">
            <Trend name={nameOf(values)} unit={values.unit} decimals={values.decimals} points={values.items} />
            {values.items[0] && (
              <p>
                <a href={`/results/${values.items[0].result_id}`}>{t("trend.newest")}</a>
              </p>
            )}
          </div>
        </Page>
      )}
    </Ready>
  );
}

function sentence({ items, unit, decimals }: Values): string {
  const [newest] = items;
  if (!newest) return t("trend.none");
  const value = shown({ ...newest, text: null, unit, decimals });
  const verdict = newest.flag === "normal" ? "inside" : isOutside(newest.flag) ? "outside" : "bare";
  return plural(`trend.${verdict}`, items.length, { value, day: dateOnly(dayOf(newest.at)) });
}
