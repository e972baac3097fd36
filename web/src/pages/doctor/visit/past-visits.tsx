/** Earlier visits with their notes. */
import { t } from "../../../lib/i18n/i18n";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Fold } from "../chart/fold";
import type { Chart } from "../chart/record";
import { SignedText } from "./signed-text";
import type { Visit } from "./visits";

const SHOWN = 5;

export function PastVisits({ chart, visit, me }: { chart: Chart; visit: Visit; me: number }) {
  const before = chart.visits.filter(
    ({ id, starts_at, status }) =>
      id !== visit.id && status !== "cancelled" && Date.parse(starts_at) < Date.parse(visit.starts_at),
  );
  return (
    <section class="stack close no-print">
      <h2>{t("past.title")}</h2>
      {before.length === 0 && <p class="muted">{t("past.none")}</p>}
      <ul class="plain past">
        {before.slice(0, SHOWN).map(({ id, starts_at, doctor, status, reason, notes }) => (
          <li key={id}>
            <p class="row between">
              {doctor.id === me ? (
                <a class="strong" href={`/doctor/visits/${id}`}>
                  {dateOnly(dayOf(starts_at))}
                </a>
              ) : (
                <b>{dateOnly(dayOf(starts_at))}</b>
              )}
              <Status kind="appointment" status={status} />
            </p>
            <p class="muted small">{doctor.id === me ? reason : doctor.full_name}</p>
            {notes?.status === "signed" && (
              <Fold title={t("past.notes")}>
                <SignedText notes={notes} />
              </Fold>
            )}
          </li>
        ))}
      </ul>
      {before.length > SHOWN && (
        <p>
          <a href={`/doctor/patients/${visit.patient.id}?kind=visits`}>{t("past.all")}</a>
        </p>
      )}
    </section>
  );
}
