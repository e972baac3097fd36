/** The next free time of each doctor, the soonest first, as links that choose doctor and time. */
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { withQuery } from "../../../lib/routing/router";
import { clock, dayOf, longWhen, shortDay, today } from "../../../lib/time/time";
import { Ready } from "../../../ui/Ready";

type Free = Schemas["FoundDoctor"] & { next_available: string };

const ASKED = 100;
const SHOWN = 12;

export function NextTimes() {
  const doctors = useLoad(() => outcome(api.GET("/api/doctors", { params: { query: { limit: ASKED } } })), []);
  return (
    <section class="section" aria-labelledby="next">
      <h2 id="next">{t("phone_booking.next")}</h2>
      <Ready
        of={doctors}
        isEmpty={({ items }) => soonest(items).length === 0}
        empty={<p class="muted">{t("phone_booking.next.none")}</p>}
      >
        {({ items }) => (
          <ul class="lines">
            {soonest(items).map((doctor) => (
              <li key={doctor.id} class="row between">
                <span>
                  <b>{doctor.full_name}</b>{" "}
                  <span class="muted">{[specialtyName(doctor), doctor.room].filter(Boolean).join(", ")}</span>
                </span>
                <Time of={doctor} />
              </li>
            ))}
          </ul>
        )}
      </Ready>
    </section>
  );
}

function Time({ of: { id, full_name, next_available: start } }: { of: Free }) {
  const day = dayOf(start);
  return (
    <a
      class="button quiet small"
      href={withQuery({ doctor_id: String(id), start })}
      aria-label={t("phone_booking.next.of", { when: longWhen(start), doctor: full_name })}
    >
      {day === today() ? clock(start) : `${shortDay(day)}, ${clock(start)}`}
    </a>
  );
}

function soonest(doctors: readonly Schemas["FoundDoctor"][]): Free[] {
  return doctors
    .filter((doctor): doctor is Free => doctor.next_available !== null)
    .toSorted((one, other) => Date.parse(one.next_available) - Date.parse(other.next_available))
    .slice(0, SHOWN);
}
