/** A doctor's week (`?week=` is a day in it): visits, time off and open hours. */
import { useEffect, useRef } from "preact/hooks";
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { addDays, type Day, isDay, mondayOf, shortDay, today, weekDays, zoneLabel } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { Page } from "../../../ui/frame/Page";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { WeekGrid, type WeekVisit } from "../../../ui/week/WeekGrid";
import { loadVisits, type Visit } from "../visit/visits";

const EVERY_MS = 60_000;
interface Week {
  visits: Visit[];
  timeOff: Schemas["TimeOff"][];
  openHours: Schemas["OpenHours"][];
}

export default function WeekPage({ query, config, account }: OwnProps) {
  const requested = query.get("week");
  const monday = mondayOf(isDay(requested) ? requested : today());
  const days = weekDays(monday);
  const week = useLoad(() => loadWeek(monday), [monday], { every: EVERY_MS });
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(monday);
  useEffect(() => {
    if (shown.current !== monday) heading.current?.focus();
    shown.current = monday;
  }, [monday]);
  const title = t("week.title", { first: shortDay(monday), last: shortDay(addDays(monday, 6)) });
  return (
    <Page
      title={t("week.page")}
      lead={zoneLabel(`${monday}T12:00:00Z`)}
      actions={
        <>
          <Weeks monday={monday} />
          <PrintButton />
        </>
      }
      paper={<PrintHead config={config} about={t("today.print", { name: account.full_name, day: title })} />}
    >
      <h2 class="week-head" tabIndex={-1} ref={heading}>
        {title}
      </h2>
      <Ready of={week}>
        {({ visits, ...rest }) => <WeekGrid days={days} visits={visits.filter(takesPlace).map(drawn)} {...rest} />}
      </Ready>
    </Page>
  );
}

function Weeks({ monday }: { monday: Day }) {
  const current = mondayOf(today());
  return (
    <nav class="row" aria-label={t("week.weeks")}>
      <a class="button quiet" href={withQuery({ week: addDays(monday, -7) })}>
        {t("week.earlier")}
      </a>
      {monday !== current && (
        <a class="button quiet" href={withQuery({ week: null })}>
          {t("week.this")}
        </a>
      )}
      <a class="button quiet" href={withQuery({ week: addDays(monday, 7) })}>
        {t("week.later")}
      </a>
    </nav>
  );
}

async function loadWeek(monday: Day): Promise<Outcome<Week>> {
  const [visits, timeOff, hours] = await Promise.all([
    loadVisits(monday, addDays(monday, 6)),
    outcome(api.GET("/api/doctor/time-off", { params: { query: { limit: 100 } } })),
    outcome(api.GET("/api/doctor/availability")),
  ]);
  if (!visits.ok) return visits;
  if (!timeOff.ok) return timeOff;
  if (!hours.ok) return hours;
  return { ok: true, data: { visits: visits.data, timeOff: timeOff.data.items, openHours: hours.data.rules } };
}

function takesPlace({ status }: Visit): boolean {
  return status !== "cancelled";
}

function drawn({ id, starts_at, ends_at, patient, status }: Visit): WeekVisit {
  return { id, starts_at, ends_at, patient: patient.full_name, status, href: `/doctor/visits/${id}` };
}
