/** The doctor's own laboratory orders, latest first (`?show=late` or `rejected`): their states, changes and withdrawal. */

import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { isUncollected } from "../../../lib/clinical/withdrawn";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { AskDialog } from "../../../ui/AskDialog";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { type Column, Table } from "../../../ui/Table";
import { Tabs } from "../../../ui/Tabs";
import { isChangeable, OrderState } from "./state";
import "../../../style/portals/doctor.css";

type Order = Schemas["LabBooking"];

const POLL_MS = 60_000;
const FILTERS = { all: {}, late: { late: true }, rejected: { status: "rejected" } } as const;
type Show = keyof typeof FILTERS;
const SHOWS = ["all", "late", "rejected"] as const satisfies readonly Show[];

export default function Orders({ account, query }: OwnProps) {
  const show = SHOWS.find((one) => one === query.get("show")) ?? "all";
  const found = usePages(
    (cursor) => {
      const filter = { ...FILTERS[show], ...(cursor && { cursor }) };
      return outcome(api.GET("/api/doctor/lab-orders", { params: { query: filter } }));
    },
    [account.id, show],
    { every: POLL_MS },
  );
  const [asking, setAsking] = useState<Order | null>(null);
  const [done, setDone] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const put = (now: Order): void => {
    if (!found.data) return;
    found.put({ ...found.data, items: found.data.items.map((one) => (one.id === now.id ? now : one)) });
    setAsking(null);
    setDone(t("orders.withdrawn", { reference: now.reference }));
  };
  useEffect(() => {
    // the pressed button is removed
    if (done) box.current?.focus();
  }, [done]);
  return (
    <Page title={t("orders.title")} lead={t("orders.lead")}>
      <Tabs
        label={t("orders.show")}
        tabs={SHOWS.map((one) => ({
          href: withQuery({ show: one === "all" ? null : one }),
          text: t(`orders.show.${one}`),
          current: one === show,
        }))}
      />
      <div role="status" tabIndex={-1} ref={box}>
        {done && <p class="done">{done}</p>}
      </div>
      <Ready of={found} empty={<Empty>{t(show === "all" ? "orders.none" : `orders.none.${show}`)}</Empty>}>
        {({ items }) => (
          <>
            <p class="unseen" role="status">
              {plural("orders.count", items.length)}
            </p>
            <Table
              caption={t("orders.title")}
              columns={columns(account.id, setAsking)}
              rows={items}
              rowKey={({ id }) => id}
            />
          </>
        )}
      </Ready>
      <More of={found} />
      {asking && <Withdraw order={asking} onClose={() => setAsking(null)} put={put} />}
    </Page>
  );
}

function columns(me: number, withdraw: (order: Order) => void): Column<Order>[] {
  return [
    {
      head: t("orders.patient"),
      cell: ({ patient, reference }) => (
        <div>
          <a class="strong" href={`/doctor/patients/${patient.id}`}>
            {patient.full_name}
          </a>
          <p class="small muted">{reference}</p>
        </div>
      ),
    },
    { head: t("orders.tests"), cell: ({ tests }) => tests.map(nameOf).join(", ") },
    { head: t("orders.status"), cell: (one) => <OrderState order={one} me={me} /> },
    {
      head: t("orders.acts"),
      cell: (one) => (
        <span class="row">
          {isChangeable(one) && (
            <a class="button quiet small" href={`/doctor/orders/${one.id}`}>
              {t("orders.change")} <span class="unseen">{one.reference}</span>
            </a>
          )}
          {isUncollected(one) && (
            <button type="button" class="button quiet small" onClick={() => withdraw(one)}>
              {t("orders.withdraw")} <span class="unseen">{one.reference}</span>
            </button>
          )}
        </span>
      ),
    },
  ];
}

function Withdraw({ order, onClose, put }: { order: Order; onClose: () => void; put: (now: Order) => void }) {
  const [version, setVersion] = useState(order.version);
  const send = async (reason: string | null): Promise<Mistake[]> => {
    const params = { path: { booking_id: order.id }, header: unchanged({ version }) };
    const body = { reason: reason ?? "" };
    const answer = await outcome(api.PUT("/api/doctor/lab-orders/{booking_id}/cancel", { params, body }));
    if (!answer.ok) {
      const { problem } = answer;
      // the next press counts for the order as it is now; the problem's text says that it has changed
      if (problem.code === "stale") setVersion(problem.version);
      return mistakes(problem, answer.retryAfter, ["reason"]);
    }
    put(answer.data);
    return [];
  };
  return (
    <AskDialog
      title={t("orders.withdraw.title", { reference: order.reference })}
      reason={{
        draft: `doctor.order.${order.id}`,
        label: t("orders.withdraw.reason"),
        hint: t("orders.withdraw.hint"),
        needed: "orders.withdraw.missing",
      }}
      keep={t("orders.withdraw.keep")}
      act={t("orders.withdraw.act")}
      busy={t("orders.withdraw.busy")}
      danger
      onClose={onClose}
      send={send}
    >
      <p>
        <b>{order.patient.full_name}</b>: {order.tests.map(nameOf).join(", ")}
      </p>
    </AskDialog>
  );
}
