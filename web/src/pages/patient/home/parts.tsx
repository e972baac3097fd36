/** The cards of the patient's home page. */

import type { ComponentProps } from "preact";
import type { Config, Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage, specialtyName } from "../../../lib/i18n/in-languages";
import { bookHref } from "../../../lib/routing/booking-links";
import { clock, dateOnly, dayOf, shortDay, when } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/Icon";
import type { Visit } from "../visits/visit";
import { VisitActs, VisitWhen } from "../visits/visit-parts";
import type { Offer } from "./offers";

type Task = Schemas["Task"];

interface NextProps {
  visit: Visit;
  config: Config;
  onChange: (visit: Visit, cancelled: boolean) => void;
}

export function NextVisit({ visit, config, onChange }: NextProps) {
  return (
    <div class="card visit">
      <div class="row between">
        <VisitWhen visit={visit} />
        <Status kind="appointment" status={visit.status} />
      </div>
      <p>
        <a class="visit-doctor" href={`/appointments/${visit.id}`}>
          {visit.doctor.full_name}
        </a>
        <br />
        <span class="muted">{[specialtyName(visit.doctor), visit.place].filter(Boolean).join(", ")}</span>
      </p>
      <VisitActs visit={visit} config={config} onChange={onChange} />
    </div>
  );
}

export function NoVisit() {
  return (
    <Empty>
      <p>{t("home.next.none")}</p>
      <a class="button" href="/doctors">
        {t("visits.book")}
      </a>
    </Empty>
  );
}

const TASKS = {
  new_result: { page: "/results", icon: "flask" },
  corrected_result: { page: "/results", icon: "flask" },
  referral_to_book: { page: "/referrals", icon: "letter" },
  prescription_ending: { page: "/prescriptions", icon: "pill" },
  refill_prescribed: { page: "/prescriptions", icon: "pill" },
  refill_answered: { page: "/prescriptions", icon: "pill" },
  lab_visit: { page: "/labs/bookings", icon: "clock" },
} as const satisfies Record<Task["kind"], { page: string; icon: ComponentProps<typeof Icon>["name"] }>;

export function ToDo({ tasks }: { tasks: readonly Task[] }) {
  return (
    <ul class="tasks">
      {tasks.map(({ kind, id, about_names, more, at }) => (
        <li key={`${kind} ${id}`}>
          <Icon name={TASKS[kind].icon} />
          <p>
            <a href={`${TASKS[kind].page}/${id}`}>
              {more > 0
                ? plural("home.do.more", more, { about: inLanguage(about_names) })
                : t(`home.do.${kind}`, { about: inLanguage(about_names) })}
            </a>
            <br />
            <span class="small muted">
              {at ? t(`home.task.${kind}`, { day: dateOnly(dayOf(at)), when: when(at) }) : t("home.task.any_time")}
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
}

export function Offers({ offers }: { offers: readonly Offer[] }) {
  return (
    <ul class="lines">
      {offers.map(({ id, full_name, next_available, seen, ...about }) => (
        <li key={id}>
          <p>
            <a href={`/doctors/${id}`}>{full_name}</a>
            <br />
            <span class="small muted">
              {seen ? t("home.book.seen", { specialty: specialtyName(about) ?? "" }) : specialtyName(about)}
            </span>
          </p>
          <a class="button quiet" href={bookHref(id, next_available)}>
            <span>
              {shortDay(dayOf(next_available))}, {clock(next_available)}
              <span class="unseen"> {t("home.book.with", { doctor: full_name })}</span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Tiles without counts while they load; the links work already. */
export function Tiles({ counts }: { counts: Schemas["Summary"] | undefined }) {
  const tiles = [
    { href: "/appointments", icon: "calendar", say: "nav.appointments", count: counts?.upcoming_appointments },
    { href: "/prescriptions", icon: "pill", say: "nav.prescriptions", count: counts?.active_prescriptions },
    { href: "/referrals", icon: "letter", say: "nav.referrals", count: counts?.open_referrals },
    { href: "/results", icon: "flask", say: "nav.results", count: counts?.released_results },
  ] as const;
  return (
    <ul class="tiles">
      {tiles.map(({ href, icon, say, count }) => (
        <li key={href}>
          <a class="tile" href={href}>
            <Icon name={icon} />
            <span>{t(say)}</span>
            <b class="tile-count">{count}</b>
          </a>
        </li>
      ))}
    </ul>
  );
}
