/** Books a series of visits after one (`?week=`): choose the first time (`?start=`), look at the others, book all or none. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { addDays, dayOf, type Instant, longDay, zoneLabel } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { Field } from "../../../ui/forms/Field";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Series } from "../../../ui/series/Series";
import { TypeChoice } from "../../../ui/types/TypeChoice";
import { DAYS, FreeWeek, firstDay, useSlots } from "../../../ui/week/FreeWeek";
import { loadVisit, type Visit } from "../visit/visits";

export default function SeriesPage({ params, query, config, account }: OwnProps) {
  const visit = useLoad(() => loadVisit(Number(params.id)), [params.id]);
  return (
    <Ready of={visit} whole>
      {(shown) => (
        <Page
          title={t("series.title")}
          lead={shown.patient.full_name}
          back={{ href: `/doctor/visits/${shown.id}`, text: t("own_move.back") }}
        >
          <Times visit={shown} doctor={account.id} query={query} config={config} />
        </Page>
      )}
    </Ready>
  );
}

interface Props extends Pick<OwnProps, "query" | "config"> {
  visit: Visit;
  doctor: number;
}

function Times({ visit, doctor, query, config }: Props) {
  const start = query.get("start");
  const type = idOf(query.get("type"));
  const week = firstDay(query.get("week") ?? addDays(dayOf(visit.starts_at), DAYS), config);
  const slots = useSlots(doctor, week, type);
  const [reason, setReason] = useState("");
  const [isBooked, setIsBooked] = useState(false);
  const done = useRef<HTMLParagraphElement>(null);
  // the pressed button is removed
  useEffect(() => done.current?.focus(), [isBooked]);
  if (isBooked)
    return (
      <p class="done" role="status" tabIndex={-1} ref={done}>
        {t("series.booked")}
      </p>
    );
  const days = t("own_week.days", { first: longDay(week), last: longDay(addDays(week, DAYS - 1)) });
  return (
    <>
      <TypeChoice of={slots.data} />
      <div class="form-width section">
        <Field
          id="reason"
          label={t("follow_up.reason.label")}
          optional
          value={reason}
          onValue={setReason}
          input={{ maxLength: 500 }}
        />
      </div>
      {start && !Number.isNaN(Date.parse(start)) && (
        <OfPatient
          key={`${start} ${type}`}
          start={start}
          visit={visit}
          type={type}
          reason={reason}
          onBooked={() => setIsBooked(true)}
        />
      )}
      <FreeWeek
        name="own_week"
        title={t("series.first")}
        about={`${days} · ${zoneLabel(`${week}T12:00:00Z`)}`}
        week={week}
        config={config}
        slots={slots}
        href={({ starts_at }) => withQuery({ start: starts_at })}
      />
    </>
  );
}

interface OfPatientProps {
  start: Instant;
  visit: Visit;
  type: number | null;
  reason: string;
  onBooked: () => void;
}

function OfPatient({ start, visit, type, reason, onBooked }: OfPatientProps) {
  const path = { patient_id: visit.patient.id };
  const kind = type && { visit_type_id: type };
  const box = useRef<HTMLDivElement>(null);
  // it appears above the times
  useEffect(() => box.current?.focus(), []);
  return (
    <div tabIndex={-1} ref={box}>
      <Series
        open
        start={start}
        look={(rule) =>
          outcome(
            api.GET("/api/doctor/patients/{patient_id}/series-times", {
              params: { path, query: { ...kind, ...rule } },
            }),
          )
        }
        book={async (starts) => {
          const body = { ...kind, starts, reason: reason.trim() || null };
          const booked = await outcome(
            api.POST("/api/doctor/patients/{patient_id}/series", { params: { path }, body }),
          );
          if (booked.ok) onBooked();
          return booked;
        }}
      />
    </div>
  );
}
