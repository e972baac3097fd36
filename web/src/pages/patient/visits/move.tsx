/** Move a visit to another free time of its doctor: choose one (`?week=`), confirm it (`?start=`). */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { dayOf, longWhen, today } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { firstDay, useSlots } from "../../../ui/week/FreeWeek";
import "../../../style/portals/patient.css";
import { DoctorWeek } from "../book/doctor-week";
import { ByPhone, type FoundDoctor } from "../book/found-doctor";
import { NotBookable } from "../book/not-bookable";
import { ConfirmMove } from "./move-confirm";
import { changing, loadVisit, type Visit } from "./visit";
import { MoveAndCancel, Phone } from "./visit-parts";

export default function Move({ params, query, config, account }: OwnProps) {
  const visit = useLoad(() => loadVisit(Number(params.id)), [params.id, account.id]);
  return (
    <Ready of={visit} whole>
      {(shown) => (
        <Page title={t("move.title")} back={{ href: `/appointments/${shown.id}`, text: t("move.back") }}>
          <div class="card visit-old">
            <p class="small muted">{t("move.now")}</p>
            <p>
              <b>{longWhen(shown.starts_at)}</b>
            </p>
            <p>{[shown.doctor.full_name, shown.place].filter(Boolean).join(", ")}</p>
            <p class="small muted">{t("move.kept")}</p>
          </div>
          {changing(shown, config) !== "here" && <Closed visit={shown} config={config} />}
          {changing(shown, config) === "here" && !shown.doctor.bookable && <Left visit={shown} config={config} />}
          {changing(shown, config) === "here" && shown.doctor.bookable && (
            <Times visit={shown} put={visit.put} query={query} config={config} />
          )}
        </Page>
      )}
    </Ready>
  );
}

interface Props extends Pick<OwnProps, "query" | "config"> {
  visit: Visit;
  put: (visit: Visit) => void;
}

function Times({ visit, put, query, config }: Props) {
  const path = { doctor_id: visit.doctor.id };
  const doctor = useLoad(() => outcome(api.GET("/api/doctors/{doctor_id}", { params: { path } })), [visit.doctor.id]);
  const start = query.get("start");
  // the doctor is needed for further times only
  if (start && !Number.isNaN(Date.parse(start)))
    return <ConfirmMove key={start} visit={visit} start={start} put={put} />;
  return (
    <Ready of={doctor}>
      {(found) =>
        found.booking === "phone" ? (
          <div class="info section">
            <ByPhone doctor={found} config={config} />
          </div>
        ) : (
          <>
            <Week
              doctor={found}
              type={visit.visit_type?.id ?? null}
              config={config}
              week={query.get("week") ?? firstFree(found)}
            />
            <p class="section">
              {t("move.nothing")} <a href={`/appointments/${visit.id}`}>{t("move.keep")}</a>
            </p>
          </>
        )
      }
    </Ready>
  );
}

interface WeekProps {
  doctor: FoundDoctor;
  type: number | null;
  config: OwnProps["config"];
  week: string;
}

function Week({ doctor, type, config, week }: WeekProps) {
  const first = firstDay(week, config);
  const slots = useSlots(doctor.id, first, type);
  const href = ({ starts_at }: { starts_at: string }): string => withQuery({ start: starts_at });
  return <DoctorWeek doctor={doctor} config={config} week={first} slots={slots} href={href} />;
}

function Left({ visit, config }: Pick<OwnProps, "config"> & { visit: Visit }) {
  return (
    <NotBookable doctor={visit.doctor.full_name} specialty={visit.doctor.specialty} config={config}>
      <p class="row">
        <MoveAndCancel visit={visit} onChange={({ id }) => go(`/appointments/${id}`)} />
      </p>
    </NotBookable>
  );
}

/** Start at the doctor's next free day. */
function firstFree({ next_available }: FoundDoctor): string {
  return next_available ? dayOf(next_available) : today();
}

function Closed({ visit, config }: { visit: Visit; config: OwnProps["config"] }) {
  const byPhone = changing(visit, config) === "phone";
  return (
    <div class="section stack close">
      <p>{t(byPhone ? "visit.too_late" : "move.closed")}</p>
      {byPhone && <Phone config={config} />}
      <p>
        <a href={`/appointments/${visit.id}`}>{t("move.back")}</a>
      </p>
    </div>
  );
}
