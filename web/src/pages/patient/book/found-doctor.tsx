/** The card of a doctor: next free time, or the phone number for booking. */
import type { Config, Schemas } from "../../../api/client";
import { agesText } from "../../../lib/i18n/ages";
import { plural, t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { languageNames } from "../../../lib/i18n/languages";
import { bookHref, timesHref } from "../../../lib/routing/booking-links";
import { clock, dayOf, shortDay } from "../../../lib/time/time";
import { Tel } from "../../../ui/Tel";

export type FoundDoctor = Schemas["FoundDoctor"];

export function DoctorCard({ doctor, config }: { doctor: FoundDoctor; config: Config }) {
  const { id, full_name, room, languages, bio, ages } = doctor;
  return (
    <li class="card doctor-card">
      <div>
        <h2>
          <a class="doctor-name" href={timesHref(id, null)}>
            {full_name}
          </a>
        </h2>
        <p>{[specialtyName(doctor), room].filter(Boolean).join(", ")}</p>
        {bio && <p class="muted small">{bio}</p>}
        {ages && <p class="muted small">{agesText(ages)}</p>}
        {languages.length > 0 && (
          <p class="muted small">{t("doctors.languages", { languages: languageNames(languages) })}</p>
        )}
      </div>
      <Next doctor={doctor} config={config} />
    </li>
  );
}

function Next({ doctor, config }: { doctor: FoundDoctor; config: Config }) {
  const { id, full_name, next_available: next } = doctor;
  if (doctor.booking === "phone") return <ByPhone doctor={doctor} config={config} />;
  if (next === null) return <NoTimes doctor={doctor} config={config} />;
  const name = <span class="unseen"> {t("doctors.of", { doctor: full_name })}</span>;
  return (
    <div class="doctor-free">
      <p class="muted small">{t("doctors.next")}</p>
      <p class="doctor-next">
        <a class="button" href={bookHref(id, next)}>
          <span>
            {shortDay(dayOf(next))}, <b>{clock(next)}</b>
            {name}
          </span>
        </a>
        <a href={timesHref(id, dayOf(next))}>
          {t("doctors.more_times")}
          {name}
        </a>
      </p>
    </div>
  );
}

/** A doctor booked by phone only. */
export function ByPhone({ doctor, config }: { doctor: FoundDoctor; config: Config }) {
  return <Call doctor={doctor} config={config} about={t("doctors.by_phone")} />;
}

/** A doctor without a free time within the booking horizon. */
export function NoTimes({ doctor, config }: { doctor: FoundDoctor; config: Config }) {
  return <Call doctor={doctor} config={config} about={plural("doctors.no_times", config.booking.horizon_days)} />;
}

function Call({ doctor, config, about }: { doctor: FoundDoctor; config: Config; about: string }) {
  const phone = doctor.phone ?? config.phone;
  return (
    <div class="doctor-call">
      <p>{about}</p>
      {phone ? (
        <p>
          <Tel number={phone} />
        </p>
      ) : (
        <p>{t("doctors.reception")}</p>
      )}
    </div>
  );
}
