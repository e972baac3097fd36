/** The free times of a doctor in seven days, and the way to earlier and later ones (`?week=` is the first day). */
import { useEffect, useRef } from "preact/hooks";
import { api, type Config, outcome, type Schemas } from "../../api/client";
import { t } from "../../lib/i18n";
import { type Loaded, useLoad } from "../../lib/query";
import { addDays, type Day, dayOf, differsFromHere, isDay, longDay, shortDay, today, zoneLabel } from "../../lib/time";
import { withQuery } from "../../router";
import { Empty } from "../../ui/Empty";
import { Ready } from "../../ui/Ready";
import { SlotList } from "../../ui/SlotList";
import { type FoundDoctor, NoTimes } from "./found-doctor";

const DAYS = 7;
type Slot = Schemas["Slot"];

/** The free times of the seven days from `week` on. */
export function useSlots(doctor: number, week: Day): Loaded<Schemas["Slots"]> {
  const params = { path: { doctor_id: doctor }, query: { start: week, days: DAYS } };
  return useLoad(() => outcome(api.GET("/api/doctors/{doctor_id}/slots", { params })), [doctor, week]);
}

interface Props {
  doctor: FoundDoctor;
  config: Config;
  week: Day;
  slots: Loaded<Schemas["Slots"]>;
  /** Where a free time leads; left out, times are shown and not chosen. */
  href?: (slot: Slot) => string;
}

export function DoctorWeek({ doctor, config, week, slots, href }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(week);
  useEffect(() => {
    if (shown.current !== week) heading.current?.focus();
    shown.current = week;
  }, [week]);
  const days = Array.from({ length: DAYS }, (_, n) => addDays(week, n));
  const first = slots.data?.items[0];
  const label = first ? first.starts_at : `${week}T12:00:00Z`;
  return (
    <section class="section doctor-week" aria-labelledby="week">
      <div class="row between">
        <div>
          <h2 id="week" tabIndex={-1} ref={heading}>
            {t("doctor.week", { first: shortDay(week), last: shortDay(addDays(week, DAYS - 1)) })}
          </h2>
          <p class="muted small">
            {t("doctor.zone", { zone: zoneLabel(label) })} {differsFromHere(label) && t("doctor.zone.differs")}
          </p>
        </div>
        <Weeks week={week} config={config} />
      </div>
      <div class={slots.data ? undefined : "doctor-waiting"}>
        <Ready of={slots} empty={<Nothing slots={slots} doctor={doctor} config={config} />}>
          {({ items }) => <SlotList days={days} slots={items} {...(href && { href })} />}
        </Ready>
      </div>
    </section>
  );
}

function Weeks({ week, config }: { week: Day; config: Config }) {
  const now = today();
  const earlier = addDays(week, -DAYS) < now ? now : addDays(week, -DAYS);
  const later = addDays(week, DAYS);
  return (
    <nav class="actions" aria-label={t("doctor.weeks")}>
      {week > now && (
        <a class="button quiet" href={withQuery({ week: earlier })}>
          {t("doctor.earlier")}
        </a>
      )}
      {later <= lastDay(config) && (
        <a class="button quiet" href={withQuery({ week: later })}>
          {t("doctor.later")}
        </a>
      )}
    </nav>
  );
}

function Nothing({ slots, doctor, config }: Pick<Props, "slots" | "doctor" | "config">) {
  const next = slots.data?.next_available ?? doctor.next_available;
  if (!next && doctor.booking === "online")
    return (
      <Empty>
        <NoTimes doctor={doctor} config={config} />
      </Empty>
    );
  return (
    <Empty>
      <p>{t("doctor.none")}</p>
      {next && (
        <a class="button quiet" href={withQuery({ week: dayOf(next) })}>
          {t("doctor.next", { day: longDay(dayOf(next)) })}
        </a>
      )}
    </Empty>
  );
}

function lastDay({ booking }: Config): Day {
  return addDays(today(), booking.horizon_days);
}

/** Today, unless the address names a later day that can be booked. */
export function firstDay(week: string | null, config: Config): Day {
  return isDay(week) && week > today() && week <= lastDay(config) ? week : today();
}
