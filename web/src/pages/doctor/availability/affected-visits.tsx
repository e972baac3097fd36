/** The doctor's upcoming visits, and lists of visits outside new hours. */
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { type Day, span } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";

type Visit = Schemas["Visit"];

/** The maximum number of visits checked; with more, only the earliest. */
const MOST_PAGES = 5;

/** Visits from one clinic day on, up to another if given. */
export async function visitsFrom(from: Day, to?: Day): Promise<Outcome<Visit[]>> {
  const found: Visit[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < MOST_PAGES; n += 1) {
    const query = { from, ...(to && { to }), ...(cursor && { cursor }), limit: 100 };
    const page = await outcome(api.GET("/api/doctor/appointments", { params: { query } }));
    if (!page.ok) return page as Outcome<never>;
    found.push(...page.data.items);
    if (page.data.next_cursor === null) break;
    cursor = page.data.next_cursor;
  }
  return { ok: true, data: found };
}

export function VisitLines({ visits }: { visits: readonly Visit[] }) {
  return (
    <ul class="lines clashes">
      {visits.map(({ id, patient, starts_at, ends_at, status }) => (
        <li key={id}>
          <span>
            <a href={`/doctor/visits/${id}`}>{span(starts_at, ends_at)}</a> {patient.full_name}
          </span>
          <span class="row">
            {patient.phone && (
              <a class="small" href={`tel:${patient.phone.replace(/[^+\d]/g, "")}`}>
                <span class="unseen">{t("availability.call", { name: patient.full_name })} </span>
                {patient.phone}
              </a>
            )}
            <Status kind="appointment" status={status} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The visits outside the hours, before and after these are saved, until they are moved. */
export function Left({ visits }: { visits: readonly Visit[] }) {
  if (visits.length === 0) return null;
  return (
    <section class="warning clash" role="status">
      <h3>{plural("availability.outside", visits.length)}</h3>
      <p>{t("availability.outside.about")}</p>
      <VisitLines visits={visits} />
    </section>
  );
}
