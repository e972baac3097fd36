/** The free times of a doctor in seven days (`?week=`), each a link that chooses it (`?start=`). */
import { useEffect, useRef } from "preact/hooks";
import { api, type Config, outcome } from "../../api/client";
import { t } from "../../lib/i18n";
import { useLoad } from "../../lib/query";
import {
  addDays,
  clock,
  type Day,
  dayOf,
  type Instant,
  isDay,
  longDay,
  longWhen,
  shortDay,
  today,
  zoneLabel,
} from "../../lib/time";
import { withQuery } from "../../router";
import { Empty } from "../../ui/Empty";
import { Ready } from "../../ui/Ready";
import { SlotList } from "../../ui/SlotList";

const DAYS = 7;

interface Props {
  title: string;
  doctor: number;
  week: Day;
  config: Config;
}

export function FreeWeek({ title, doctor, week, config }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(week);
  useEffect(() => {
    if (shown.current !== week) heading.current?.focus();
    shown.current = week;
  }, [week]);
  const params = { path: { doctor_id: doctor }, query: { start: week, days: DAYS } };
  const slots = useLoad(() => outcome(api.GET("/api/doctors/{doctor_id}/slots", { params })), [doctor, week]);
  const days = Array.from({ length: DAYS }, (_, n) => addDays(week, n));
  const [earlier, later] = [addDays(week, -DAYS), addDays(week, DAYS)];
  const next = slots.data?.next_available;
  return (
    <section class="section" aria-labelledby="times">
      <div class="row between free-week">
        <div>
          <h2 id="times" tabIndex={-1} ref={heading}>
            {title}
          </h2>
          <p class="muted small">
            {t("free_week.days", { first: longDay(week), last: longDay(addDays(week, DAYS - 1)) })}
            {" · "}
            {zoneLabel(`${week}T12:00:00Z`)}
          </p>
        </div>
        <nav class="actions" aria-label={t("free_week.weeks")}>
          {week > today() && (
            <a class="button quiet" href={withQuery({ week: earlier < today() ? null : earlier, start: null })}>
              {t("free_week.earlier")}
            </a>
          )}
          {later <= addDays(today(), config.booking.horizon_days) && (
            <a class="button quiet" href={withQuery({ week: later, start: null })}>
              {t("free_week.later")}
            </a>
          )}
        </nav>
      </div>
      <Ready
        of={slots}
        empty={
          <Empty>
            <p>{t("free_week.none")}</p>
            {next && (
              <a class="button quiet" href={withQuery({ week: dayOf(next), start: null })}>
                {t("free_week.next", { day: longDay(dayOf(next)) })}
              </a>
            )}
          </Empty>
        }
      >
        {({ items }) => (
          <SlotList days={days} slots={items} href={({ starts_at }) => withQuery({ start: starts_at })} />
        )}
      </Ready>
    </section>
  );
}

/** Today, unless the address names a later day. */
export function weekOf(query: URLSearchParams): Day {
  const week = query.get("week");
  return isDay(week) && week > today() ? week : today();
}

/** The time that was chosen, where the address names one. */
export function startOf(query: URLSearchParams): Instant | null {
  const start = query.get("start");
  return start !== null && !Number.isNaN(Date.parse(start)) ? start : null;
}

/** The nearest free times of the doctor, where the one that was chosen is not free any more. */
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
