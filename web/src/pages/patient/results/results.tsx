/** Laboratory results, newest first and by the day of the sample: a sentence each before any number. */

import { api, outcome, type Schemas } from "../../../api/client";
import { sentence } from "../../../lib/clinical/results";
import { t } from "../../../lib/i18n/i18n";
import { testNameOf } from "../../../lib/i18n/in-languages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { longDay } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { byDay, isNew } from "./days";
import "../../../style/portals/patient-labs.css";
import "../../../style/portals/patient.css";

type Result = Schemas["LabResult"];

export default function Results(_: OwnProps) {
  const found = usePages(
    (cursor) => outcome(api.GET("/api/labs/results", { params: { query: cursor ? { cursor } : {} } })),
    [],
  );
  const visits = (
    <a class="button quiet" href="/labs/bookings">
      {t("results.visits")}
    </a>
  );
  return (
    <Page title={t("results.title")} lead={t("results.lead")} actions={visits}>
      <Ready of={found} empty={<None />}>
        {({ items }) =>
          byDay(items).map(([day, own]) => (
            <section key={day} class="section">
              <h2>{longDay(day)}</h2>
              <ul class="cards">
                {own.map((one) => (
                  <li key={one.id} class="card stack">
                    <Card of={one} />
                  </li>
                ))}
              </ul>
            </section>
          ))
        }
      </Ready>
      <More of={found} />
    </Page>
  );
}

function Card({ of }: { of: Result }) {
  return (
    <>
      <div>
        <h3 class="card-title">
          <a href={`/results/${of.id}`}>{testNameOf(of)}</a>
        </h3>
        <p>{sentence(of)}</p>
        {of.comment && <p>{t("results.commented")}</p>}
      </div>
      {(of.critical || of.corrected_at || isNew(of)) && (
        <p class="row card-foot">
          {of.critical && <Chip tone="critical">{t("results.critical")}</Chip>}
          {of.corrected_at && <Chip tone="no-show">{t("corrected.short")}</Chip>}
          {isNew(of) && <Chip tone="booked">{t("results.new")}</Chip>}
        </p>
      )}
    </>
  );
}

function None() {
  return (
    <Empty>
      <p>{t("results.none")}</p>
      <a class="button quiet" href="/labs/bookings">
        {t("results.visits")}
      </a>
    </Empty>
  );
}
