/** The free times of a doctor in seven days, with links to earlier and later ones (`?week=` is the first day). */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api, type Config, type Outcome, outcome, type Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import { type Loaded, useLoad } from "../../lib/loading/query";
import { withQuery } from "../../lib/routing/router";
import { addDays, type Day, dayOf, type Instant, isDay, longDay, today } from "../../lib/time/time";
import { Empty } from "../Empty";
import { Ready } from "../Ready";
import { SlotList } from "./SlotList";

export const DAYS = 7;
type Slots = Loaded<Schemas["Slots"]>;

interface Props {
  /** The prefix of its message keys. */
  name: "free_week" | "doctor" | "own_week";
  title: string;
  /** Below the heading. */
  about: ComponentChildren;
  week: Day;
  config: Config;
  slots: Slots;
  /** The next free time outside the seven days. */
  next?: Instant | null;
  /** Shown if there is no free time and no next one. */
  never?: ComponentChildren;
  /** The address of a free time; without it times are not links. */
  href?: ((slot: Schemas["Slot"]) => string) | undefined;
}

export function FreeWeek({ name, title, about, week, config, slots, next = null, never, href }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(week);
  useEffect(() => {
    if (shown.current !== week) heading.current?.focus();
    shown.current = week;
  }, [week]);
  const now = today();
  const [earlier, later] = [addDays(week, -DAYS), addDays(week, DAYS)];
  const free = slots.data?.next_available ?? next;
  const closed = useClosedDays(week);
  const empty = (
    <Empty>
      {[...closed].map(([day, name]) => (
        <p key={day}>
          {longDay(day)}: {t("slots.closed", { name })}
        </p>
      ))}
      {!free && never ? never : <p>{t(`${name}.none`)}</p>}
      {free && <Turn to={dayOf(free)}>{t(`${name}.next`, { day: longDay(dayOf(free)) })}</Turn>}
    </Empty>
  );
  return (
    <section class="section free-week" aria-labelledby="week">
      <div class="row between">
        <div>
          <h2 id="week" tabIndex={-1} ref={heading}>
            {title}
          </h2>
          <p class="muted small">{about}</p>
        </div>
        <nav class="actions" aria-label={t(`${name}.weeks`)}>
          {week > now && <Turn to={earlier < now ? now : earlier}>{t(`${name}.earlier`)}</Turn>}
          {later <= lastDay(config) && <Turn to={later}>{t(`${name}.later`)}</Turn>}
        </nav>
      </div>
      <div class={slots.data ? undefined : "free-week-waiting"}>
        <Ready of={slots} empty={empty}>
          {({ items }) => <SlotList days={daysOf(week)} slots={items} closed={closed} {...(href && { href })} />}
        </Ready>
      </div>
    </section>
  );
}

/** Links to other weeks, which drop the chosen time. */
function Turn({ to, children }: { to: Day; children: ComponentChildren }) {
  return (
    <a class="button quiet" href={withQuery({ week: to, start: null })}>
      {children}
    </a>
  );
}

/** The free times of the seven days from `week` on, for a type of visit. */
export function useSlots(doctor: number, week: Day, type: number | null): Slots {
  return useLoad(() => loadSlots(doctor, week, type), [doctor, week, type]);
}

/** The free times of seven days; of the doctor's first type where this one is not offered any more. */
export async function loadSlots(
  doctor_id: number,
  start: Day,
  type: number | null,
): Promise<Outcome<Schemas["Slots"]>> {
  const query = { start, days: DAYS, ...(type && { visit_type_id: type }) };
  const found = await outcome(api.GET("/api/doctors/{doctor_id}/slots", { params: { path: { doctor_id }, query } }));
  const isRefused = !found.ok && ["visit_type_not_offered", "staff_book_visit_type"].includes(found.problem.code);
  return isRefused && type ? loadSlots(doctor_id, start, null) : found;
}

/** The names of the closed days of the seven days from `week` on; none while they load. */
function useClosedDays(week: Day): ReadonlyMap<Day, string> {
  const query = { from: week, to: addDays(week, DAYS - 1) };
  const { data } = useLoad(() => outcome(api.GET("/api/closed-days", { params: { query } })), [week]);
  return new Map(data?.items.map(({ day, names }) => [day, inLanguage(names)]));
}

function daysOf(week: Day): Day[] {
  return Array.from({ length: DAYS }, (_, n) => addDays(week, n));
}

function lastDay({ booking }: Config): Day {
  return addDays(today(), booking.horizon_days);
}

/** Today, unless the address names a later day that can be booked. */
export function firstDay(week: string | null, config: Config): Day {
  return isDay(week) && week > today() && week <= lastDay(config) ? week : today();
}
