/** The patient's waitlist: the times that are offered now, and the entries, each with a button that removes it. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useSubmit } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Waits, waitsFor } from "../../../ui/waitlist/Waits";
import "../../../style/portals/patient.css";
import { Done } from "../visits/visit-parts";
import { OfferCards } from "./offers";

type Entry = Schemas["WaitlistEntry"];

export default function Waitlist({ account }: OwnProps) {
  const entries = usePages(
    (cursor) => outcome(api.GET("/api/waitlist", { params: { query: { ...(cursor && { cursor }) } } })),
    [account.id],
  );
  const [said, setSaid] = useState("");
  const changed = (text: string): void => {
    setSaid(text);
    entries.again();
  };
  return (
    <Page title={t("waitlist.title")} lead={t("waitlist.lead")}>
      {said && <Done key={said}>{said}</Done>}
      <Ready of={entries} empty={<None />}>
        {({ items }) => (
          <>
            <OfferCards entries={items} onChange={changed} />
            <ul class="lines">
              {items.map((one) => (
                <li key={one.id}>
                  <Line entry={one} onRemoved={changed} />
                </li>
              ))}
            </ul>
            <More of={entries} />
          </>
        )}
      </Ready>
    </Page>
  );
}

function None() {
  return (
    <Empty>
      <p>{t("waitlist.none")}</p>
      <a class="button" href="/doctors">
        {t("waitlist.find")}
      </a>
    </Empty>
  );
}

function Line({ entry, onRemoved }: { entry: Entry; onRemoved: (text: string) => void }) {
  const [mistake, setMistake] = useState("");
  const { busy, submit } = useSubmit(async () => {
    const done = await outcome(api.DELETE("/api/waitlist/{entry_id}", { params: { path: { entry_id: entry.id } } }));
    if (done.ok || done.problem.code === "not_found") onRemoved(t("waitlist.removed"));
    else setMistake(problemText(done.problem, done.retryAfter));
  });
  const name = waitsFor(entry);
  return (
    <div class="row between">
      <div>
        <p>
          <b>{name}</b>
        </p>
        <Waits of={entry} />
        {mistake && (
          <p class="mistake" role="alert">
            {mistake}
          </p>
        )}
      </div>
      <button type="button" class="button quiet small" aria-disabled={busy} onClick={submit}>
        {t("waitlist.remove")}
        <span class="unseen"> {name}</span>
      </button>
    </div>
  );
}
