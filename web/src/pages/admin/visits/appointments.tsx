/** All visits (`?doctor_id=&day=` or `from=&to=`, `&status=&patient_id=`); `?move=` moves one of them. */
import { useRef, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { type Loaded, usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { clock, type Day, dateOnly, dayOf, isDay, longDay, today } from "../../../lib/time/time";
import { Status as Said } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Table } from "../../../ui/Table";
import { Tel } from "../../../ui/Tel";
import { idOf } from "../all-pages";
import { MoveVisit } from "./move-visit";
import { VisitActions } from "./visit-actions";
import { VisitFilters } from "./visit-filters";
import { type Arrangement, isOpen, STATUSES, type VisitQuery } from "./visits";
import "../../../style/portals/admin.css";

const POLL_MS = 30_000;

export default function Appointments({ query, config }: OwnProps) {
  const moving = idOf(query.get("move"));
  if (moving === null) return <List wanted={visitQueryOf(query)} />;
  return <MoveVisit key={moving} id={moving} query={query} config={config} />;
}

function List({ wanted }: { wanted: VisitQuery }) {
  const { doctor_id, day } = wanted;
  const list = usePages((cursor) => listed(wanted, cursor), [wanted], { every: POLL_MS });
  // the visits of a doctor that left lie on many days: begin with the first
  const first = doctor_id && list.data?.items.find(isOpen);
  const reassign = new URLSearchParams({
    ...(doctor_id && { doctor_id: String(doctor_id) }),
    day: day ?? (first ? dayOf(first.starts_at) : today()),
  });
  return (
    <Page
      title={t("arrangements.title")}
      actions={
        <>
          <a class="button quiet" href={`/admin/appointments/reassign?${reassign}`}>
            {t("arrangements.reassign")}
          </a>
          <a class="button" href="/admin/appointments/new">
            {t("arrangements.book")}
          </a>
        </>
      }
    >
      <VisitFilters wanted={wanted} />
      {wanted.patient_id !== null && (
        <p class="row only-patient">
          {t("arrangements.one_patient")} <a href={withQuery({ patient_id: null })}>{t("arrangements.all_patients")}</a>
        </p>
      )}
      <Ready of={list} empty={<None />}>
        {({ items, next_cursor }) => <Visits items={items} more={next_cursor !== null} list={list} />}
      </Ready>
      <More of={list} />
    </Page>
  );
}

interface VisitsProps {
  items: readonly Arrangement[];
  more: boolean;
  list: Loaded<{ items: Arrangement[]; next_cursor: string | null }>;
}

function Visits({ items, more, list }: VisitsProps) {
  const [outcomeOf, setOutcome] = useState("");
  const latest = useRef(list);
  latest.current = list;
  const changed = (now: Arrangement, message: string): void => {
    const { data, put } = latest.current;
    if (data) put({ ...data, items: data.items.map((one) => (one.id === now.id ? now : one)) });
    setOutcome(message);
  };
  const columns = [
    { head: t("arrangements.time"), cell: ({ starts_at }: Arrangement) => <b>{clock(starts_at)}</b> },
    { head: t("arrangements.patient"), cell: (visit: Arrangement) => <Caller visit={visit} /> },
    { head: t("arrangements.doctor"), cell: ({ doctor }: Arrangement) => doctor.full_name },
    {
      head: t("arrangements.status"),
      cell: ({ id, status }: Arrangement) => (
        <span id={`visit-${id}`} tabIndex={-1}>
          <Said kind="appointment" status={status} />
        </span>
      ),
    },
    {
      head: t("arrangements.actions"),
      cell: (visit: Arrangement) => <VisitActions visit={visit} onChanged={changed} onStale={list.again} />,
    },
  ];
  const days = [...new Set(items.map(({ starts_at }) => dayOf(starts_at)))];
  return (
    <div class="dense visits">
      <p class="muted" role="status">
        {plural(more ? "arrangements.first" : "arrangements.count", items.length)}
      </p>
      <p class="unseen" role="status">
        {outcomeOf}
      </p>
      {days.map((day) => (
        <section key={day} class="day" aria-labelledby={`day-${day}`}>
          <h2 id={`day-${day}`}>{longDay(day)}</h2>
          <Table
            caption={longDay(day)}
            columns={columns}
            rows={items.filter(({ starts_at }) => dayOf(starts_at) === day)}
            rowKey={({ id }) => id}
          />
        </section>
      ))}
    </div>
  );
}

function Caller({ visit: { patient, reference } }: { visit: Arrangement }) {
  const { id, full_name, date_of_birth: born, phone } = patient;
  return (
    <div>
      <span class="caller">
        <a href={`/admin/people/${id}`}>{full_name}</a>
        <span>{reference}</span>
      </span>
      <span class="caller">
        {born && <span>{t("arrangements.born", { date: dateOnly(born) })}</span>}
        {phone && <Tel number={phone} />}
      </span>
    </div>
  );
}

function None() {
  return (
    <Empty>
      <p>{t("arrangements.none")}</p>
      <a class="button quiet" href="/admin/appointments">
        {t("arrangements.all")}
      </a>
    </Empty>
  );
}

export function visitQueryOf(query: URLSearchParams): VisitQuery {
  const day = (name: string): Day | null => {
    const text = query.get(name);
    return isDay(text) ? text : null;
  };
  return {
    doctor_id: idOf(query.get("doctor_id")),
    patient_id: idOf(query.get("patient_id")),
    day: day("day"),
    from: day("from"),
    to: day("to"),
    status: STATUSES.find((status) => status === query.get("status")) ?? null,
  };
}

function listed({ doctor_id, patient_id, day, from, to, status }: VisitQuery, cursor?: string) {
  const query = {
    ...(doctor_id && { doctor_id }),
    ...(patient_id && { patient_id }),
    ...(day ? { day } : { ...(from && { from }), ...(to && { to }) }),
    ...(status && { status }),
    ...(cursor && { cursor }),
  };
  return outcome(api.GET("/api/admin/appointments", { params: { query } }));
}
