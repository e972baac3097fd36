/** The free times of a doctor as links that choose one (`?start=`), and the nearest ones of a taken time. */
import type { Config } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { withQuery } from "../../../lib/routing/router";
import { addDays, clock, dayOf, type Instant, longDay, longWhen, shortDay, zoneLabel } from "../../../lib/time/time";
import { TypeChoice } from "../../../ui/types/TypeChoice";
import { DAYS, FreeWeek, firstDay, useSlots } from "../../../ui/week/FreeWeek";

interface Props {
  /** The type of the visit that moves; with `undefined` the type is chosen. */
  type?: number | null;
  title: string;
  doctor: number;
  query: URLSearchParams;
  config: Config;
}

export function FreeTimes({ title, doctor, query, config, type }: Props) {
  const week = firstDay(query.get("week"), config);
  const days = t("free_week.days", { first: longDay(week), last: longDay(addDays(week, DAYS - 1)) });
  const slots = useSlots(doctor, week, type === undefined ? idOf(query.get("type")) : type);
  return (
    <>
      {type === undefined && <TypeChoice of={slots.data} />}
      <FreeWeek
        name="free_week"
        title={title}
        about={`${days} · ${zoneLabel(`${week}T12:00:00Z`)}`}
        week={week}
        config={config}
        slots={slots}
        href={({ starts_at }) => withQuery({ start: starts_at })}
      />
    </>
  );
}

/** The chosen time of the address, or null. */
export function startOf(query: URLSearchParams): Instant | null {
  const start = query.get("start");
  return start !== null && !Number.isNaN(Date.parse(start)) ? start : null;
}

/** The nearest free times of the doctor when the chosen one is taken. */
export function Alternatives({ of }: { of: readonly Instant[] }) {
  if (of.length === 0) return null;
  return (
    <nav class="alternatives" aria-label={t("free_week.alternatives")}>
      <h3>{t("free_week.alternatives")}</h3>
      <ul class="row">
        {of.map((start) => (
          <li key={start}>
            <a class="button quiet small" href={withQuery({ start })} aria-label={longWhen(start)}>
              {shortDay(dayOf(start))}, {clock(start)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
