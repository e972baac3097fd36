/** The next free times of six doctors on the front page, soonest first. */
import { api, outcome, type Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { specialtyName } from "../../lib/i18n/in-languages";
import { useLoad } from "../../lib/loading/query";
import { bookHref } from "../../lib/routing/booking-links";
import { clock, dayOf, shortDay, zoneLabel } from "../../lib/time/time";
import { Empty } from "../../ui/Empty";
import { Ready } from "../../ui/Ready";

const SHOWN = 6;
/** The number of doctors from which the soonest are chosen. */
const ASKED = 50;
const EVERY_MS = 60_000;

type Doctor = Schemas["FoundDoctor"];
type Free = Doctor & { next_available: string };

export function FreeTimes() {
  const doctors = useLoad(() => outcome(api.GET("/api/doctors", { params: { query: { limit: ASKED } } })), [], {
    every: EVERY_MS,
  });
  const soonest = next(doctors.data?.items ?? []);
  return (
    <section class="board" aria-labelledby="board">
      <div class="board-head">
        <h2 id="board">{t("landing.next")}</h2>
        {soonest[0] && <p class="muted small">{zoneLabel(soonest[0].next_available)}</p>}
      </div>
      <Ready of={doctors} isEmpty={() => soonest.length === 0} empty={<Nothing />}>
        {() => (
          <ol>
            {soonest.map(({ id, full_name, next_available, ...about }) => (
              <li key={id}>
                <a class="board-time" href={bookHref(id, next_available)}>
                  <span class="board-when">
                    <b>{clock(next_available)}</b> <span>{shortDay(dayOf(next_available))}</span>
                  </span>{" "}
                  <span class="board-who">
                    <b>{full_name}</b> <span>{specialtyName(about)}</span>
                  </span>
                </a>
              </li>
            ))}
          </ol>
        )}
      </Ready>
      <p class="board-foot">
        <a href="/doctors">{t("landing.more")}</a>
      </p>
    </section>
  );
}

function Nothing() {
  return (
    <Empty>
      <p>{t("landing.none")}</p>
    </Empty>
  );
}

function next(doctors: readonly Doctor[]): Free[] {
  return doctors
    .filter((doctor): doctor is Free => doctor.next_available !== null && doctor.booking === "online")
    .sort((one, other) => Date.parse(one.next_available) - Date.parse(other.next_available))
    .slice(0, SHOWN);
}
