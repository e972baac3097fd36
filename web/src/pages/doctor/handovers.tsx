/** The open work of doctors that left, which this doctor does. */
import { api, outcome, type Schemas } from "../../api/client";
import { plural, t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import type { OwnProps } from "../../lib/routing/page";
import { addDays, dateOnly, dayOf, today, when } from "../../lib/time/time";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/frame/Page";
import { Ready } from "../../ui/Ready";
import { loadVisits } from "./visit/visits";
import "../../style/portals/doctor.css";

type Handover = Schemas["Handover"];

export default function Handovers(_: OwnProps) {
  const query = { limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/doctor/handovers", { params: { query } })), []);
  const none = (
    <Empty>
      <p>{t("handovers.none")}</p>
    </Empty>
  );
  return (
    <Page title={t("handovers.title")} lead={t("handovers.lead")}>
      <Ready of={found} empty={none}>
        {({ items }) => items.map((one) => <Work key={one.doctor.id} of={one} />)}
      </Ready>
    </Page>
  );
}

function Work({ of: { doctor, left_at, colleague, work } }: { of: Handover }) {
  const since = { day: dateOnly(dayOf(left_at)) };
  return (
    <section class="card stack close" aria-label={doctor.full_name}>
      <h2>{doctor.full_name}</h2>
      <p>{t(colleague ? "handovers.yours" : "handovers.no_owner", since)}</p>
      <ul>
        {work.results_to_release > 0 && (
          <li>
            <a href="/doctor/results">{plural("work.results_to_release", work.results_to_release)}</a>
          </li>
        )}
        {work.lab_orders > 0 && <li>{plural("work.lab_orders", work.lab_orders)}</li>}
        {work.referrals_received > 0 && (
          <li>
            <a href="/doctor/referrals">{plural("work.referrals_received", work.referrals_received)}</a>
          </li>
        )}
        {work.referrals_sent > 0 && (
          <li>
            <a href="/doctor/referrals?direction=sent">{plural("work.referrals_sent", work.referrals_sent)}</a>
          </li>
        )}
        {work.active_prescriptions > 0 && <Prescriptions doctor={doctor.id} count={work.active_prescriptions} />}
        {work.unsigned_notes > 0 && <Unsigned doctor={doctor.id} count={work.unsigned_notes} />}
        {work.upcoming_visits > 0 && <li>{plural("work.upcoming_visits", work.upcoming_visits)}</li>}
      </ul>
    </section>
  );
}

function Unsigned({ doctor, count }: { doctor: number; count: number }) {
  const visits = useLoad(() => loadVisits("2000-01-01", addDays(today(), 366), doctor), [doctor]);
  return (
    <li>
      {plural("work.unsigned_notes", count)}
      <ul>
        {visits.data?.map(({ id, patient, starts_at }) => (
          <li key={id}>
            <a href={`/doctor/visits/${id}`}>{patient.full_name}</a>, {when(starts_at)}
          </li>
        ))}
      </ul>
    </li>
  );
}

function Prescriptions({ doctor, count }: { doctor: number; count: number }) {
  const query = { status: "active" as const, limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/doctor/prescriptions", { params: { query } })), []);
  return (
    <li>
      {plural("work.active_prescriptions", count)}
      <ul>
        {found.data?.items
          .filter((one) => one.doctor.id === doctor)
          .map(({ id, patient, items }) => (
            <li key={id}>
              <a href={`/doctor/prescriptions/${id}`}>{patient.full_name}</a>, {items[0]?.medicine}
            </li>
          ))}
      </ul>
    </li>
  );
}
