/** Tells the patient of visits that the hospital booked for them in the last days. */
import { t } from "../../../lib/i18n/i18n";
import { longWhen, now } from "../../../lib/time/time";
import { isAhead, type Visit } from "../visits/visit";

const NEW_MS = 14 * 24 * 3_600_000;

/** The visits ahead that a doctor or reception booked within two weeks. */
export function bookedForYou(visits: readonly Visit[]): Visit[] {
  return visits.filter(
    (visit) =>
      isAhead(visit) &&
      visit.booked_by !== null &&
      visit.booked_by !== "patient" &&
      Date.parse(visit.created_at) > now() - NEW_MS,
  );
}

export function BookedForYou({ visits }: { visits: readonly Visit[] }) {
  const found = bookedForYou(visits);
  if (found.length === 0) return null;
  return (
    <section class="info" aria-labelledby="booked-for-you">
      <h2 id="booked-for-you">{t("home.booked_for_you")}</h2>
      <ul>
        {found.map(({ id, starts_at, doctor, booked_by }) => (
          <li key={id}>
            <a href={`/appointments/${id}`}>
              {longWhen(starts_at)}, {doctor.full_name}
            </a>{" "}
            <span class="muted">
              {t(booked_by === "doctor" ? "home.booked_for_you.doctor" : "home.booked_for_you.reception")}
            </span>
          </li>
        ))}
      </ul>
      <p>{t("home.booked_for_you.wrong")}</p>
    </section>
  );
}
