/** All visits (`?doctor_id=&day=` or `from=&to=`, `&status=&patient_id=`); `?move=` moves one of them. */

import { isOpen, STATUSES, type VisitQuery } from "../../../lib/desk/arrangements";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { type Day, dayOf, isDay, today } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { MoveVisit } from "./move-visit";
import { VisitFilters } from "./visit-filters";
import { Listed, useVisits } from "./visit-list";
import "../../../style/portals/admin.css";

export default function Appointments({ query, config }: OwnProps) {
  const moving = idOf(query.get("move"));
  if (moving === null) return <List wanted={visitQueryOf(query)} />;
  return <MoveVisit key={moving} id={moving} query={query} config={config} />;
}

function List({ wanted }: { wanted: VisitQuery }) {
  const { doctor_id, day } = wanted;
  const list = useVisits(wanted);
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
          <a class="button quiet" href={day ? `/desk/board?day=${day}` : "/desk/board"}>
            {t("board.title")}
          </a>
          <a class="button quiet" href="/desk/notices">
            {t("arrangements.mails")}
          </a>
          <a class="button quiet" href={`/desk/appointments/reassign?${reassign}`}>
            {t("arrangements.reassign")}
          </a>
          <a class="button" href="/desk/appointments/new">
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
      <Listed list={list} />
    </Page>
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
