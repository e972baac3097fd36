/** Referrals received and sent (`?direction=`, `?status=`), and the letter of one (`?id=`). */
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { Empty } from "../../../ui/Empty";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { idIn } from "../chart/chart-from-query";
import { Letter } from "./letter";
import { Rows } from "./rows";
import { type Direction, list } from "./steps";
import "../../../style/portals/doctor.css";

const STATUSES = ["sent", "accepted", "declined", "booked", "seen", "closed", "cancelled"] as const;
const DIRECTIONS = ["received", "sent"] as const;

export default function Referrals(props: OwnProps) {
  const id = idIn(props.query.get("id"));
  // keyed, because a letter is another page with its own heading
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

function None({ direction, filtered }: { direction: Direction; filtered: boolean }) {
  return (
    <Empty>
      <p>{t(filtered ? "doctor_referrals.none.status" : `doctor_referrals.none.${direction}`)}</p>
      {filtered && <a href={withQuery({ status: null })}>{t("doctor_referrals.none.all")}</a>}
    </Empty>
  );
}
