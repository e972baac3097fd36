/** The visits of a filter by day, with the actions of reception. */
import { useRef, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import type { Arrangement, VisitQuery } from "../../../lib/desk/arrangements";
import { plural, t } from "../../../lib/i18n/i18n";
import { type Pages, usePages } from "../../../lib/loading/query";
import { clock, dateOnly, dayOf, longDay, longWhen } from "../../../lib/time/time";
import { Status as Said } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { More } from "../../../ui/More";
import { Overbooked } from "../../../ui/Overbooked";
import { Ready } from "../../../ui/Ready";
import { Table } from "../../../ui/Table";
import { Tel } from "../../../ui/Tel";
import { VisitActions } from "./visit-actions";

const POLL_MS = 30_000;

/** The visits of a filter, asked again every 30 s. */
export function useVisits(wanted: VisitQuery): Pages<Arrangement> {
  return usePages((cursor) => listed(wanted, cursor), [wanted], { every: POLL_MS });
}

export function VisitList({ wanted }: { wanted: VisitQuery }) {
  return <Listed list={useVisits(wanted)} />;
}

export function Listed({ list }: { list: Pages<Arrangement> }) {
  return (
    <>
      <Ready of={list} empty={<None />}>
        {({ items, next_cursor }) => <Visits items={items} more={next_cursor !== null} list={list} />}
      </Ready>
      <More of={list} />
    </>
  );
}

interface VisitsProps {
  items: readonly Arrangement[];
  more: boolean;
  list: Pages<Arrangement>;
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
      cell: ({ id, status, ...visit }: Arrangement) => (
        <span id={`visit-${id}`} tabIndex={-1}>
          <Said kind="appointment" status={status} />
          <Overbooked of={visit} />
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

function Caller({ visit: { id: visitId, patient, reference, starts_at } }: { visit: Arrangement }) {
  const { id, full_name, date_of_birth: born, phone } = patient;
  return (
    <div>
      <span class="caller">
        <a href={`/desk/patients/${id}`}>{full_name}</a>
        <span>{reference}</span>
      </span>
      <span class="caller">
        {born && <span>{t("patient.born", { date: dateOnly(born) })}</span>}
        {phone && <Tel number={phone} />}
        <a
          href={`/desk/notices?show=all&appointment_id=${visitId}`}
          aria-label={t("arrangements.mails.of", { patient: full_name, when: longWhen(starts_at) })}
        >
          {t("arrangements.mails")}
        </a>
      </span>
    </div>
  );
}

function None() {
  return (
    <Empty>
      <p>{t("arrangements.none")}</p>
      <a class="button quiet" href="/desk/appointments">
        {t("arrangements.all")}
      </a>
    </Empty>
  );
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
