/** Referrals received and sent (`?direction=`): open, done, overdue (`?show=`), and the letter of one (`?id=`). */
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { idIn } from "../chart/chart-from-query";
import { Letter } from "./letter";
import { Rows } from "./rows";
import { list, SHOWN } from "./steps";
import "../../../style/portals/doctor.css";

const DIRECTIONS = ["received", "sent"] as const;

export default function Referrals(props: OwnProps) {
  const id = idIn(props.query.get("id"));
  // keyed, because a letter is another page with its own heading
  return id === null ? <Lists key="lists" {...props} /> : <Letter key={id} id={id} {...props} />;
}

function Lists({ query, account }: OwnProps) {
  const direction = DIRECTIONS.find((one) => one === query.get("direction")) ?? "received";
  const show = SHOWN.find((one) => one === query.get("show")) ?? "open";
  const found = usePages((cursor) => list(direction, show, cursor), [direction, show, account.id]);
  const tabs = DIRECTIONS.map((one) => ({
    href: `/doctor/referrals?direction=${one}`,
    text: t(`doctor_referrals.${one}`),
    current: one === direction,
  }));
  const lists = SHOWN.map((one) => ({
    href: withQuery({ show: one === "open" ? null : one }),
    text: t(`letters.${one}`),
    current: one === show,
  }));
  return (
    <Page title={t("doctor_referrals.title")} lead={t(`doctor_referrals.lead.${direction}`)}>
      <Tabs label={t("doctor_referrals.tabs")} tabs={tabs} />
      <Tabs label={t("letters.show")} tabs={lists} />
      <Ready of={found} empty={<Empty>{t(`letters.none.${show}`)}</Empty>}>
        {({ items, next_cursor }) => (
          <Rows
            key={`${direction} ${show}`}
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
