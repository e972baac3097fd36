/** Referrals received and sent (`?direction=`, `?status=`), and the letter of one (`?id=`). */
import { useEffect, useRef, useState } from "preact/hooks";
import { plural, t } from "../../lib/i18n";
import { usePages } from "../../lib/query";
import { dateOnly, dayOf } from "../../lib/time";
import { go, withQuery } from "../../router";
import type { OwnProps } from "../../routes";
import { Status as Chip } from "../../ui/Chip";
import { Empty } from "../../ui/Empty";
import { More } from "../../ui/More";
import { Page } from "../../ui/Page";
import { Ready } from "../../ui/Ready";
import { Select } from "../../ui/Select";
import { type Column, Table } from "../../ui/Table";
import { Tabs } from "../../ui/Tabs";
import { idIn } from "./asked-chart";
import { ReferralActs, type Told } from "./referral-acts";
import { Letter } from "./referral-letter";
import { type Direction, list, type Referral, target } from "./referral-steps";
import "../../style/doctor.css";

const STATUSES = ["sent", "accepted", "declined", "booked", "seen", "closed", "cancelled"] as const;
const DIRECTIONS = ["received", "sent"] as const;

export default function Referrals(props: OwnProps) {
  const id = idIn(props.query.get("id"));
  // another page, with a heading of its own
  return id === null ? <Lists key="lists" {...props} /> : <Letter key={id} id={id} {...props} />;
}

function Lists({ query, account }: OwnProps) {
  const direction = DIRECTIONS.find((one) => one === query.get("direction")) ?? "received";
  const status = STATUSES.find((one) => one === query.get("status")) ?? null;
  const found = usePages((cursor) => list(direction, status, cursor), [direction, status, account.id]);
  const tabs = DIRECTIONS.map((one) => ({
    href: `/doctor/referrals?direction=${one}`,
    text: t(`doctor_referrals.${one}`),
    current: one === direction,
  }));
  return (
    <Page title={t("doctor_referrals.title")} lead={t(`doctor_referrals.lead.${direction}`)}>
      <Tabs label={t("doctor_referrals.tabs")} tabs={tabs} />
      <div class="filters doctor-referrals-filters">
        <Select
          id="status"
          label={t("doctor_referrals.status")}
          choices={[
            { value: "", text: t("doctor_referrals.all") },
            ...STATUSES.map((one) => ({ value: one, text: t(`referral.${one}`) })),
          ]}
          value={status ?? ""}
          onValue={(value) => go(withQuery({ status: value }), { replace: true })}
        />
      </div>
      <Ready of={found} empty={<None direction={direction} filtered={status !== null} />}>
        {({ items, next_cursor }) => (
          <Rows
            key={`${direction} ${status}`}
            items={items}
            direction={direction}
            me={account.id}
            put={(now) => found.put({ items: items.map((one) => (one.id === now.id ? now : one)), next_cursor })}
          />
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

interface Props {
  items: Referral[];
  direction: Direction;
  me: number;
  put: (now: Referral) => void;
}

function Rows({ items, direction, me, put }: Props) {
  const [told, setTold] = useState<Told | null>(null);
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the button that was pressed may be gone
    if (told) box.current?.focus();
  }, [told]);
  const columns: Column<Referral>[] = [
    { head: t("doctor_referrals.patient"), cell: (one) => <Whose of={one} /> },
    {
      head: t(direction === "received" ? "doctor_referrals.from" : "doctor_referrals.to"),
      cell: (one) => (direction === "received" ? one.from_doctor.full_name : target(one)),
    },
    { head: t("doctor_referrals.reason"), cell: (one) => <span class="doctor-referrals-reason">{one.reason}</span> },
    { head: t("doctor_referrals.urgency"), cell: (one) => <Chip kind="urgency" status={one.urgency} /> },
    {
      head: t("doctor_referrals.due"),
      cell: (one) => (one.due_on ? dateOnly(one.due_on) : <span class="muted">{t("doctor_referrals.any")}</span>),
    },
    { head: t("doctor_referrals.status"), cell: (one) => <Chip kind="referral" status={one.status} /> },
    {
      head: t("doctor_referrals.acts"),
      cell: (one) => (
        <div class="doctor-referrals-acts">
          <ReferralActs
            of={one}
            me={me}
            small
            onChange={(now, next) => {
              put(now);
              setTold(next);
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
      <p class={!told ? "unseen" : told.trouble ? "warning" : "done"} role="status" tabIndex={-1} ref={box}>
        {told?.text}
      </p>
      <Table caption={t(`doctor_referrals.${direction}`)} columns={columns} rows={items} rowKey={({ id }) => id} />
    </div>
  );
}

function Whose({ of }: { of: Referral }) {
  return (
    <>
      <a class="strong" href={withQuery({ id: String(of.id) })}>
        {of.patient.full_name}
      </a>
      <br />
      <span class="small muted">{dateOnly(dayOf(of.created_at))}</span>
    </>
  );
}

function None({ direction, filtered }: { direction: Direction; filtered: boolean }) {
  return (
    <Empty>
      <p>{t(filtered ? "doctor_referrals.none.status" : `doctor_referrals.none.${direction}`)}</p>
      {filtered && <a href={withQuery({ status: null })}>{t("doctor_referrals.none.all")}</a>}
    </Empty>
  );
}
