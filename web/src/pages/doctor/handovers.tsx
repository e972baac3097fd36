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
const KINDS = [
  "results_to_release",
  "lab_orders",
  "referrals_received",
  "referrals_sent",
  "active_prescriptions",
  "refills",
  "unsigned_notes",
  "upcoming_visits",
] as const;
const LISTS = {
  results_to_release: "/doctor/results",
  referrals_received: "/doctor/referrals",
  referrals_sent: "/doctor/referrals?direction=sent",
  refills: "/doctor/refills",
};

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
        {KINDS.filter((kind) => work[kind] > 0).map((kind) => {
          const text = plural(`work.${kind}`, work[kind]);
          return (
            <li key={kind}>
              {kind in LISTS ? <a href={LISTS[kind as keyof typeof LISTS]}>{text}</a> : text}
              {kind === "active_prescriptions" && <Prescriptions doctor={doctor.id} />}
              {kind === "unsigned_notes" && <Unsigned doctor={doctor.id} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Unsigned({ doctor }: { doctor: number }) {
  const visits = useLoad(() => loadVisits("2000-01-01", addDays(today(), 366), doctor), [doctor]);
  return (
    <ul>
      {visits.data?.map(({ id, patient, starts_at }) => (
        <li key={id}>
          <a href={`/doctor/visits/${id}`}>{patient.full_name}</a>, {when(starts_at)}
        </li>
      ))}
    </ul>
  );
}

function Prescriptions({ doctor }: { doctor: number }) {
  const query = { status: "active" as const, limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/doctor/prescriptions", { params: { query } })), []);
  return (
    <ul>
      {found.data?.items
        .filter((one) => one.doctor.id === doctor)
        .map(({ id, patient, items }) => (
          <li key={id}>
            <a href={`/doctor/prescriptions/${id}`}>{patient.full_name}</a>, {items[0]?.medicine}
          </li>
        ))}
    </ul>
  );
}
