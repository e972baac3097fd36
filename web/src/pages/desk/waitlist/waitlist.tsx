/** The waitlist of all patients, longest waiting first (`?patient_id=`): each with the times wanted, and the present offer. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useSubmit } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { idOf } from "../../../lib/loading/all-pages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { clock, dateOnly, dayOf, longWhen } from "../../../lib/time/time";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";
import { Waits, waitsFor } from "../../../ui/waitlist/Waits";
import "../../../style/portals/admin.css";

const EVERY_MS = 30_000;

export default function Waitlist({ query }: OwnProps) {
  const patient_id = idOf(query.get("patient_id"));
  const entries = usePages(
    (cursor) => {
      const wanted = { ...(patient_id && { patient_id }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/reception/waitlist", { params: { query: wanted } }));
    },
    [patient_id],
    { every: EVERY_MS },
  );
  const [said, setSaid] = useState("");
  const changed = (text: string): void => {
    setSaid(text);
    entries.again();
  };
  return (
    <Page
      title={t("waitlist.desk.title")}
      lead={t("waitlist.desk.lead")}
      actions={
        <a class="button" href={`/desk/waitlist/new${patient_id ? `?patient_id=${patient_id}` : ""}`}>
          {t("waitlist.desk.add")}
        </a>
      }
    >
      {patient_id !== null && (
        <p class="row">
          {t("waitlist.desk.one_patient")} <a href={withQuery({ patient_id: null })}>{t("waitlist.desk.all")}</a>
        </p>
      )}
      <p class={said ? "done" : "unseen"} role="status">
        {said}
      </p>
      <Ready of={entries} empty={<Empty>{t("waitlist.desk.none")}</Empty>}>
        {({ items }) => (
          <ul class="lines">
            {items.map((one) => (
              <li key={one.id}>
                <Line entry={one} onRemoved={changed} />
              </li>
            ))}
          </ul>
        )}
      </Ready>
      <More of={entries} />
    </Page>
  );
}

function Line({ entry, onRemoved }: { entry: Schemas["DeskEntry"]; onRemoved: (text: string) => void }) {
  const { patient, offer } = entry;
  const [mistake, setMistake] = useState("");
  const { busy, submit } = useSubmit(async () => {
    const params = { path: { entry_id: entry.id } };
    const done = await outcome(api.DELETE("/api/reception/waitlist/{entry_id}", { params }));
    if (done.ok || done.problem.code === "not_found")
      onRemoved(t("waitlist.desk.removed", { name: patient.full_name }));
    else setMistake(problemText(done.problem, done.retryAfter));
  });
  return (
    <div class="stack close">
      <p class="row">
        <a class="strong" href={`/desk/patients/${patient.id}`}>
          {patient.full_name}
        </a>
        {patient.date_of_birth && <span>{t("patient.born", { date: dateOnly(patient.date_of_birth) })}</span>}
        {patient.phone && <Tel number={patient.phone} />}
        <span class="muted">{t("waitlist.desk.since", { day: dateOnly(dayOf(entry.created_at)) })}</span>
      </p>
      <p>{waitsFor(entry)}</p>
      <Waits of={entry} />
      {offer && (
        <p>
          <b>
            {t("waitlist.desk.offered", {
              when: longWhen(offer.starts_at),
              doctor: offer.doctor.full_name,
              until: clock(offer.offered_until),
            })}
          </b>
        </p>
      )}
      <p>
        <button type="button" class="button quiet small" aria-disabled={busy} onClick={submit}>
          {t("waitlist.remove")}
          <span class="unseen"> {patient.full_name}</span>
        </button>
      </p>
      {mistake && (
        <p class="mistake" role="alert">
          {mistake}
        </p>
      )}
    </div>
  );
}
