/** Parts of a doctor's day: current and next patient, counts by status, and the list. */
import { plural, t } from "../../../lib/i18n/i18n";
import { ageOn, clock, dayOf, now } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Overbooked } from "../../../ui/Overbooked";
import { type Column, Table } from "../../../ui/Table";
import type { StatusActs } from "../visit/status";
import { Acts } from "../visit/status-actions";
import type { Visit, VisitStatus } from "../visit/visits";
import { Place } from "./place";

const ORDER: readonly VisitStatus[] = [
  "in_progress",
  "arrived",
  "confirmed",
  "booked",
  "completed",
  "no_show",
  "cancelled",
];

/** The current and the next patient: a waiting patient comes first, then visits that are still expected and not over. */
export function NowAndNext({ visits }: { visits: readonly Visit[] }) {
  const current = visits.find(({ status }) => status === "in_progress");
  const waiting = visits.filter(({ status }) => status === "arrived");
  const next = waiting[0] ?? visits.find(isExpected);
  return (
    <>
      <Place title={t("today.now")} visit={current}>
        {t("today.now.none")}
      </Place>
      <Place title={t("today.next")} visit={next}>
        {t("today.next.none")}
      </Place>
    </>
  );
}

function isExpected({ status, ends_at }: Visit): boolean {
  return (status === "booked" || status === "confirmed") && Date.parse(ends_at) > now();
}

export function Counts({ visits }: { visits: readonly Visit[] }) {
  const count = (wanted: VisitStatus): number => visits.filter(({ status }) => status === wanted).length;
  return (
    <div class="row counts">
      <h2>{plural("today.visits", visits.length)}</h2>
      <ul class="row">
        {ORDER.filter((status) => count(status) > 0).map((status) => (
          <li key={status}>
            <b>{count(status)}</b> <Status kind="appointment" status={status} />
          </li>
        ))}
      </ul>
    </div>
  );
}

export function DayTable({ visits, acts }: { visits: readonly Visit[]; acts: StatusActs }) {
  const columns: Column<Visit>[] = [
    { head: t("today.time"), cell: ({ starts_at }) => <b class="at">{clock(starts_at)}</b> },
    { head: t("today.patient"), cell: (visit) => <PatientName visit={visit} /> },
    { head: t("today.reason"), cell: ({ reason }) => reason ?? <span class="muted">{t("today.no_reason")}</span> },
    {
      head: t("today.status"),
      cell: (visit) => (
        <>
          <Status kind="appointment" status={visit.status} /> <Overbooked of={visit} />
        </>
      ),
    },
    { head: t("today.acts"), cell: (visit) => <Acts visit={visit} acts={acts} after={`visit-${visit.id}`} /> },
  ];
  return (
    <div class="day">
      <Table caption={t("today.caption")} columns={columns} rows={visits} rowKey={({ id }) => id} />
    </div>
  );
}

function PatientName({ visit: { id, patient, starts_at } }: { visit: Visit }) {
  const { full_name, date_of_birth } = patient;
  return (
    <span>
      <a id={`visit-${id}`} class="strong" href={`/doctor/visits/${id}`}>
        {full_name}
      </a>{" "}
      {date_of_birth && <span class="muted">{t("today.age", { age: ageOn(date_of_birth, dayOf(starts_at)) })}</span>}
    </span>
  );
}
