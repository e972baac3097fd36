/** The list of referrals: patient, doctor, urgency, status and next step. */
import { useEffect, useRef, useState } from "preact/hooks";
import { plural, t } from "../../../lib/i18n/i18n";
import { withQuery } from "../../../lib/routing/router";
import { dateOnly, dayOf, when } from "../../../lib/time/time";
import { Status as Chip, Chip as Word } from "../../../ui/Chip";
import { InEmergency } from "../../../ui/print/PrintHead";
import { type Column, Table } from "../../../ui/Table";
import { type Message, ReferralActs } from "./actions";
import { type Direction, type Referral, target } from "./steps";

interface Props {
  items: Referral[];
  direction: Direction;
  me: number;
  put: (now: Referral) => void;
}

export function Rows({ items, direction, me, put }: Props) {
  const [message, setMessage] = useState<Message | null>(null);
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the pressed button may be removed
    if (message) box.current?.focus();
  }, [message]);
  const columns: Column<Referral>[] = [
    { head: t("doctor_referrals.patient"), cell: (one) => <Whose of={one} direction={direction} /> },
    { head: t("doctor_referrals.reason"), cell: (one) => <span class="doctor-referrals-reason">{one.reason}</span> },
    { head: t("doctor_referrals.urgency"), cell: (one) => <Urgency of={one} /> },
    { head: t("doctor_referrals.status"), cell: (one) => <Progress of={one} /> },
    {
      head: t("doctor_referrals.acts"),
      cell: (one) => (
        <div class="doctor-referrals-acts">
          <ReferralActs
            of={one}
            me={me}
            small
            direction={direction}
            onChange={(now, next) => {
              put(now);
              setMessage(next);
            }}
          />
        </div>
      ),
    },
  ];
  return (
    <div class="stack close">
      <p class="unseen" role="status">
        {plural("doctor_referrals.count", items.length)}
      </p>
      <p class={!message ? "unseen" : message.isError ? "warning" : "done"} role="status" tabIndex={-1} ref={box}>
        {message?.text}
      </p>
      <Table caption={t(`doctor_referrals.${direction}`)} columns={columns} rows={items} rowKey={({ id }) => id} />
    </div>
  );
}

function Whose({ of, direction }: { of: Referral; direction: Direction }) {
  const name = direction === "received" ? of.from_doctor.full_name : target(of);
  return (
    <div>
      <a class="strong" href={withQuery({ id: String(of.id) })}>
        {of.patient.full_name}
      </a>
      <p class="small">{t(direction === "received" ? "doctor_referrals.from" : "doctor_referrals.to", { name })}</p>
      <p class="small muted doctor-referrals-day">{dateOnly(dayOf(of.created_at))}</p>
      <InEmergency of={of} />
    </div>
  );
}

function Urgency({ of: { urgency, due_on, overdue } }: { of: Referral }) {
  return (
    <div>
      <Chip kind="urgency" status={urgency} />
      {due_on && !overdue && (
        <p class="small doctor-referrals-day">{t("doctor_referrals.by", { day: dateOnly(due_on) })}</p>
      )}
      {due_on && overdue && (
        <p>
          <Word tone="critical">{t("letters.late", { day: dateOnly(due_on) })}</Word>
        </p>
      )}
    </div>
  );
}

function Progress({ of: { status, visit_at } }: { of: Referral }) {
  return (
    <div>
      <Chip kind="referral" status={status} />
      {visit_at && <p class="small">{t("letters.visit", { when: when(visit_at) })}</p>}
    </div>
  );
}
