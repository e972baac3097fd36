/** The card of visits with unsigned notes, the oldest first. */
import { useEffect, useRef } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import { when } from "../../../lib/time/time";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";

const FIRST = 4;
const MOST = 1000;

/** `after` changes with the day's visits; the list is not polled, because each read is in the patients' access logs. */
export function UnsignedNotes({ after = "" }: { after?: string }) {
  const count = useRef(0);
  const load = async (cursor: string | undefined) => {
    const query = { limit: FIRST, ...(cursor && { cursor }) };
    const page = await outcome(api.GET("/api/doctor/unsigned-notes", { params: { query } }));
    if (page.ok) count.current = page.data.count;
    return page;
  };
  const found = usePages(load, []);
  const seen = useRef(after);
  useEffect(() => {
    if (seen.current !== after) found.again();
    seen.current = after;
  }, [after]);
  return (
    <section class="card" aria-labelledby="unsigned">
      <h2 id="unsigned">{t("unsigned.title")}</h2>
      <Ready of={found} empty={<p class="muted">{t("unsigned.none")}</p>}>
        {({ items }) => (
          <>
            <p class="strong">
              {count.current < MOST ? plural("unsigned.count", count.current) : t("unsigned.most", { count: MOST })}
            </p>
            <ul class="plain unsigned">
              {items.map(({ id, patient, starts_at, drafted }) => (
                <li key={id}>
                  <a href={`/doctor/visits/${id}`}>{patient.full_name}</a>{" "}
                  <span class="muted small">
                    {when(starts_at)}
                    {!drafted && `, ${t("unsigned.no_text")}`}
                  </span>
                </li>
              ))}
            </ul>
            <More of={found} />
          </>
        )}
      </Ready>
    </section>
  );
}
