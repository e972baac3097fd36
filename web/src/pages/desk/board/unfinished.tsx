/** Visits of passed days without an outcome; the card is absent where there is none. */
import { useRef, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { type Arrangement, isOpen } from "../../../lib/desk/arrangements";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import { when } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { More } from "../../../ui/More";
import { VisitActions } from "../visits/visit-actions";

const POLL_MS = 60_000;

export function Unfinished() {
  const [said, setSaid] = useState("");
  const list = usePages(
    (cursor) =>
      outcome(api.GET("/api/reception/board/unfinished", { params: { query: { ...(cursor && { cursor }) } } })),
    [],
    { every: POLL_MS },
  );
  const latest = useRef(list);
  latest.current = list;
  const changed = (now: Arrangement, message: string): void => {
    const { data, put } = latest.current;
    if (data) put({ ...data, items: data.items.map((one) => (one.id === now.id ? now : one)) });
    setSaid(message);
  };
  const items = list.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section class="card section" aria-labelledby="unfinished">
      <h2 id="unfinished">{t("board.unfinished")}</h2>
      <p class="muted">{t("board.unfinished.about")}</p>
      <p class="unseen" role="status">
        {said}
      </p>
      <ul class="lines">
        {items.map((visit) => (
          <li key={visit.id} class="row between">
            <span>
              <b>{when(visit.starts_at)}</b>{" "}
              <a href={`/desk/patients/${visit.patient.id}`}>{visit.patient.full_name}</a>
              <br />
              <span class="small">{visit.doctor.full_name}</span>{" "}
              <span id={`visit-${visit.id}`} tabIndex={-1}>
                <Status kind="appointment" status={visit.status} />
              </span>
            </span>
            {isOpen(visit) && <VisitActions visit={visit} onChanged={changed} onStale={list.again} />}
          </li>
        ))}
      </ul>
      <More of={list} />
    </section>
  );
}
