/** The refill of a prescription: ask for it, withdraw the request, read the answer. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { addDays, dateOnly, dayOf, today } from "../../../lib/time/time";
import { Ready } from "../../../ui/Ready";
import { AskRefill } from "./ask-refill";
import { WithdrawRefill } from "./withdraw-refill";

type Refill = Schemas["Refill"];
type Prescription = Schemas["Prescription"];

/** As the server: a prescription that ended longer ago is not renewed. */
const REFILLABLE_DAYS = 365;

export function RefillSection({ of }: { of: Prescription }) {
  const query = { prescription_id: of.id, limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/refills", { params: { query } })), [of.id]);
  const [message, setMessage] = useState<string | null>(null);
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the pressed button is removed
    if (message) box.current?.focus();
  }, [message]);
  const changed = (said: string | null): void => {
    setMessage(said);
    found.again();
  };
  return (
    <section class="stack close no-print" aria-labelledby="refill">
      <h2 id="refill">{t("refill.title")}</h2>
      <p class={message ? "done" : "unseen"} role="status" tabIndex={-1} ref={box}>
        {message}
      </p>
      <Ready of={found}>{({ items }) => <Shown of={of} refills={items} onChange={changed} />}</Ready>
    </section>
  );
}

interface ShownProps {
  of: Prescription;
  /** Newest first. */
  refills: readonly Refill[];
  onChange: (message: string | null) => void;
}

function Shown({ of, refills, onChange }: ShownProps) {
  const [newest] = refills;
  const renewed = new Set(
    refills
      .filter(({ status }) => status === "prescribed")
      .flatMap(({ items }) => items.map(({ position }) => position)),
  );
  const left = of.items.map((_, position) => position).filter((position) => !renewed.has(position));
  const isOld = addDays(of.last_day, REFILLABLE_DAYS) < today();
  return (
    <>
      {newest && <Answer of={newest} />}
      {newest?.status === "open" && <WithdrawRefill of={newest} onChange={onChange} />}
      {newest?.status !== "open" && left.length > 0 && !isOld && (
        <AskRefill of={of} positions={left} onChange={onChange} />
      )}
      {isOld && <p>{t("refill.too_old")}</p>}
    </>
  );
}

/** The state of a request in words, and the next step. */
function Answer({ of }: { of: Refill }) {
  const { status, doctor, answered_by, answered_at, created_at, renewed_as, text } = of;
  const asked = { doctor: doctor.full_name, day: dateOnly(dayOf(created_at)) };
  if (status === "open")
    return (
      <p class="info">
        {t("refill.asked.on", asked)} {t("refill.asked.away", asked)}
      </p>
    );
  if (status === "withdrawn") return <p class="muted">{t("refill.was_withdrawn", asked)}</p>;
  const by = {
    doctor: answered_by?.full_name ?? doctor.full_name,
    day: dateOnly(dayOf(answered_at ?? created_at)),
  };
  return (
    <div class="stack close">
      <p class={status === "prescribed" ? "done" : "warning"}>{t(`refill.was_${status}`, by)}</p>
      {text && <p class="written">{text}</p>}
      {renewed_as && (
        <p>
          <a href={`/prescriptions/${renewed_as.id}`}>{t("refill.was_prescribed.link")}</a> ({renewed_as.reference})
        </p>
      )}
      {status === "visit_needed" && (
        <p>
          <a class="button" href={`/doctors/${answered_by?.id ?? doctor.id}`}>
            {t("refill.book")}
          </a>
        </p>
      )}
    </div>
  );
}
