/** The patient's visits to the laboratory, latest first. */

import { api, outcome } from "../../../api/client";
import { withdrawn } from "../../../lib/clinical/withdrawn";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { when } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { chipOf, type LabVisit, labSentence } from "./visit";
import "../../../style/portals/patient-labs.css";
import "../../../style/portals/patient.css";

export default function LabBookings(_: OwnProps) {
  const found = usePages(
    (cursor) => outcome(api.GET("/api/labs/bookings", { params: { query: cursor ? { cursor } : {} } })),
    [],
  );
  const book = (
    <a class="button" href="/labs">
      {t("lab_bookings.book")}
    </a>
  );
  return (
    <Page title={t("lab_bookings.title")} lead={t("lab_bookings.lead")} actions={book}>
      <Ready of={found} empty={<Empty>{t("lab_bookings.none")}</Empty>}>
        {({ items }) => (
          <ul class="cards">
            {items.map((visit) => (
              <li key={visit.id} class="card stack">
                <Card of={visit} />
              </li>
            ))}
          </ul>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

function Card({ of: visit }: { of: LabVisit }) {
  const { tone, say } = chipOf(visit);
  return (
    <>
      <div>
        <h2 class="card-title">
          <a href={`/labs/bookings/${visit.id}`}>
            {visit.starts_at ? when(visit.starts_at) : t("lab_bookings.any_time")}
          </a>
        </h2>
        <p>{withdrawn(visit, visit.patient.id) || labSentence(visit)}</p>
        {visit.status === "cancelled" && visit.status_reason && (
          <p class="muted">{t("lab_booking.reason", { reason: visit.status_reason })}</p>
        )}
      </div>
      <div class="row between card-foot">
        <ul class="plain muted small">
          {visit.tests.map(({ code, ...one }) => (
            <li key={code}>{nameOf(one)}</li>
          ))}
        </ul>
        <Chip tone={tone}>{t(say)}</Chip>
      </div>
    </>
  );
}
