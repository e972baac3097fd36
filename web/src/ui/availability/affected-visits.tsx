/** Lists of visits outside hours, before they are saved, and of all visits to move until they are moved. */
import { plural, t } from "../../lib/i18n/i18n";
import type { Loaded } from "../../lib/loading/query";
import { longWhen, span } from "../../lib/time/time";
import { Chip, Status } from "../Chip";
import { Problem } from "../frame/Problem";
import type { Booked, Source, ToMove } from "./source";

interface Props {
  visits: readonly (Booked & Partial<Pick<ToMove, "why">>)[];
  source: Source;
}

export function VisitLines({ visits, source }: Props) {
  return (
    <ul class="lines clashes">
      {visits.map((visit) => (
        <li key={visit.id}>
          <span>
            <a href={source.href(visit)}>{span(visit.starts_at, visit.ends_at)}</a> {visit.patient.full_name}
          </span>
          <span class="row">
            <Call patient={visit.patient} />
            <Status kind="appointment" status={visit.status} />
            {visit.why && <Chip tone="no-show">{t(`availability.why.${visit.why}`)}</Chip>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Call({ patient: { full_name, phone } }: Pick<Booked, "patient">) {
  if (!phone) return null;
  return (
    <a class="small" href={`tel:${phone.replace(/[^+\d]/g, "")}`}>
      <span class="unseen">{t("availability.call", { name: full_name })} </span>
      {phone}
    </a>
  );
}

/** The visits outside the edited hours, before these are saved. */
export function Left({ visits, source }: Props) {
  if (visits.length === 0) return null;
  return (
    <section class="warning clash" role="status">
      <h3>{plural("availability.outside", visits.length)}</h3>
      <p>{t("availability.outside.about")}</p>
      <VisitLines visits={visits} source={source} />
    </section>
  );
}

interface ToMoveProps {
  of: Loaded<{ items: ToMove[]; in_all: number }>;
  source: Source;
}

/** The visits to move, until there are none. */
export function VisitsToMove({ of, source }: ToMoveProps) {
  const { data, failure, again } = of;
  if (failure) return <Problem failure={failure} again={again} />;
  if (!data || data.in_all === 0) return null;
  const last = data.items.at(-1);
  return (
    <section class="warning clash" aria-labelledby="to-move">
      <h2 id="to-move">{plural("availability.to_move", data.in_all)}</h2>
      <p>
        {source.isOwn ? t("availability.to_move.about") : <a href="/desk/to-move">{t("availability.to_move.desk")}</a>}
      </p>
      <VisitLines visits={data.items} source={source} />
      {last && data.items.length < data.in_all && (
        <p class="muted">{t("availability.to_move.first", { when: longWhen(last.starts_at) })}</p>
      )}
    </section>
  );
}
