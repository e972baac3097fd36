/** Times that are held for the patient, each with "Accept", "Decline" and the end of the time to answer. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { problemText } from "../../../lib/i18n/problem-text";
import { clock, dayOf, longWhen, today } from "../../../lib/time/time";

type Entry = Schemas["WaitlistEntry"];
type Offer = Schemas["Offer"];

interface Props {
  entries: readonly Entry[];
  /** The outcome as text. */
  onChange: (text: string) => void;
}

export function OfferCards({ entries, onChange }: Props) {
  const offered = entries.filter(({ offer }) => offer !== null);
  if (offered.length === 0) return null;
  return (
    <section class="info stack offers" aria-labelledby="offered">
      <h2 id="offered">{t("waitlist.offered")}</h2>
      {offered.map(({ offer, instead_of }) => (
        <Card key={offer?.appointment_id} offer={offer as Offer} replaced={instead_of} onChange={onChange} />
      ))}
    </section>
  );
}

interface CardProps {
  offer: Offer;
  replaced: Entry["instead_of"];
  onChange: (text: string) => void;
}

function Card({ offer, replaced, onChange }: CardProps) {
  const { doctor, starts_at, place, offered_until: until } = offer;
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState("");
  const when = longWhen(starts_at);
  const answer = async (word: "accept" | "decline"): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const params = { path: { appointment_id: offer.appointment_id }, header: unchanged(offer) };
    const done = await outcome(
      word === "accept"
        ? api.PUT("/api/appointments/{appointment_id}/accept", { params })
        : api.PUT("/api/appointments/{appointment_id}/decline", { params }),
    );
    setBusy(false);
    if (done.ok) return onChange(t(word === "accept" ? "waitlist.accepted" : "waitlist.declined", { when }));
    const { code } = done.problem;
    if (code === "offer_over" || code === "stale") return onChange(t("waitlist.over", { when }));
    setMistake(problemText(done.problem, done.retryAfter));
  };
  return (
    <div class="card stack close">
      <p>
        <b>{when}</b>
        <br />
        {doctor.full_name}
        <br />
        <span class="muted">{[specialtyName(doctor), place].filter(Boolean).join(", ")}</span>
      </p>
      {replaced && <p>{t("waitlist.replaces", { when: longWhen(replaced.starts_at) })}</p>}
      <p>{t("waitlist.held", { until: dayOf(until) === today() ? clock(until) : longWhen(until) })}</p>
      <p class="row">
        <button type="button" class="button" aria-disabled={busy} onClick={() => void answer("accept")}>
          {t("waitlist.accept")}
          <span class="unseen"> {when}</span>
        </button>
        <button type="button" class="button quiet" aria-disabled={busy} onClick={() => void answer("decline")}>
          {t("waitlist.decline")}
          <span class="unseen"> {when}</span>
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
