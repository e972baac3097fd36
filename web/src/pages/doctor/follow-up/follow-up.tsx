/** Books a follow-up: press an interval, then one of three free times. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useWords } from "../../../lib/i18n/use-words";
import { useLoad } from "../../../lib/loading/query";
import { dateOnly, type Instant, longDay, longWhen } from "../../../lib/time/time";
import { Field } from "../../../ui/forms/Field";
import { later } from "../../../ui/Later";
import { Ready } from "../../../ui/Ready";
import type { Visit } from "../visit/visits";
import { book, INTERVALS, type Interval, loadTimes, type Refused, refusedAs } from "./send";

const OwnType = later(async () => ({ default: (await import("./own-type")).OwnType }));

interface Props {
  patient: number;
  /** The visit that it follows. */
  visit?: number;
  /** The referral that the visit answers. */
  referral?: number;
  onBooked?: (visit: Visit) => void;
}

export function FollowUp(props: Props) {
  const { visit } = props;
  const [interval, setInterval] = useState<Interval | null>(null);
  const [booked, setBooked] = useState<Visit | null>(null);
  const title = props.referral ? "follow_up.visit" : "follow_up.title";
  if (!useWords("follow_ups")) return null;
  return (
    <section class="card stack close no-print" aria-labelledby="follow-up">
      <h2 id="follow-up">{t(title)}</h2>
      <div class="row">
        {INTERVALS.map((one) => (
          <button
            key={one}
            type="button"
            class={one === interval ? "button small" : "button quiet small"}
            aria-pressed={one === interval}
            onClick={() => {
              setBooked(null);
              setInterval(one);
            }}
          >
            {t(`follow_up.in.${one}`)}
          </button>
        ))}
      </div>
      {visit && (
        <p>
          <a href={`/doctor/visits/${visit}/series`}>{t("follow_up.series")}</a>
        </p>
      )}
      {booked && <Booked visit={booked} />}
      {interval && !booked && (
        <Times
          key={interval}
          {...props}
          interval={interval}
          onBooked={(visit) => {
            setBooked(visit);
            props.onBooked?.(visit);
          }}
        />
      )}
    </section>
  );
}

function Booked({ visit }: { visit: Visit }) {
  const box = useRef<HTMLParagraphElement>(null);
  // the pressed button is removed
  useEffect(() => box.current?.focus(), []);
  return (
    <p class="done" role="status" tabIndex={-1} ref={box}>
      {t("follow_up.booked", { when: longWhen(visit.starts_at) })}{" "}
      <a href={`/doctor/visits/${visit.id}`}>{t("follow_up.show")}</a>
    </p>
  );
}

interface TimesProps extends Props {
  interval: Interval;
  onBooked: (visit: Visit) => void;
}

function Times({ patient, visit, referral, interval, onBooked }: TimesProps) {
  const [chosen, setChosen] = useState("");
  const type = Number(chosen) || undefined;
  const times = useLoad(() => loadTimes(patient, interval, visit, type), [patient, interval, visit, type]);
  const [reason, setReason] = useState(t(referral ? "follow_up.reason.referral" : "follow_up.reason"));
  const [refused, setRefused] = useState<Refused | null>(null);
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const choose = async (starts_at: Instant): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    const done = await book(patient, {
      starts_at,
      reason: reason.trim() || null,
      referral_id: referral ?? null,
      ...(type && { visit_type_id: type }),
    });
    running.current = false;
    setBusy(false);
    if (done.ok) return onBooked(done.data);
    setRefused(refusedAs(done.problem, done.retryAfter));
  };
  return (
    <Ready of={times}>
      {(found) => (
        <>
          {refused && (
            <p class="warning" role="alert">
              {refused.say}
            </p>
          )}
          <Choices found={found} others={refused?.others ?? []} busy={busy} choose={(at) => void choose(at)} />
          <OwnType value={chosen} onValue={setChosen} />
          <Field
            id="follow-up-reason"
            label={t("follow_up.reason.label")}
            optional
            value={reason}
            onValue={setReason}
            input={{ maxLength: 500 }}
          />
        </>
      )}
    </Ready>
  );
}

interface ChoicesProps {
  found: Schemas["FollowUpTimes"];
  /** Nearest times of one that was taken; they replace the others. */
  others: readonly Instant[];
  busy: boolean;
  choose: (at: Instant) => void;
}

function Choices({ found, others, busy, choose }: ChoicesProps) {
  const times = others.length > 0 ? others : found.items.map(({ starts_at }) => starts_at);
  if (times.length === 0) {
    const beyond = found.wanted_on > found.last_day;
    return <p>{t(beyond ? "follow_up.beyond" : "follow_up.none", { day: dateOnly(found.last_day) })}</p>;
  }
  return (
    <>
      <p class="muted small">{t("follow_up.around", { day: longDay(found.wanted_on) })}</p>
      <ul class="plain stack close">
        {times.map((at) => (
          <li key={at}>
            <button type="button" class="button" aria-disabled={busy} onClick={() => choose(at)}>
              {t("follow_up.book", { when: longWhen(at) })}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
