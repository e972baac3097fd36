/** The laboratory's worklist (`?status=`, `?day=`, `?q=`), page by page (`?cursor=`), one row per booking. */

import { useEffect, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { plural, t } from "../../lib/i18n/i18n";
import { nameOf } from "../../lib/i18n/in-languages";
import { useLoad } from "../../lib/loading/query";
import type { OwnProps } from "../../lib/routing/page";
import { withQuery } from "../../lib/routing/router";
import { ago } from "../../lib/time/ago";
import { type Day, dateOnly, isDay, longDay, when } from "../../lib/time/time";
import { Chip, Status } from "../../ui/Chip";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/frame/Page";
import { Ready } from "../../ui/Ready";
import { type Column, Table } from "../../ui/Table";
import { Tabs } from "../../ui/Tabs";
import { Collect } from "./collect";
import type { Booking, Status as BookingStatus } from "./record";
import { VerifyNormal } from "./verify-normal";
import { DayFilter } from "./worklist-day";
import { focusScan, Scan, searchText } from "./worklist-search";
import "../../style/portals/lab.css";

const TABS = [
  "booked",
  "collected",
  "received",
  "in_progress",
  "resulted",
  "verified",
  "rejected",
  "uncollected",
] as const;
type Tab = (typeof TABS)[number];

interface Filters {
  day?: Day;
  q?: string;
}

const POLL_MS = 30_000;
/** Open critical results are counted up to one page of the API. */
const COUNTED = 100;
/** The statuses after the collection in which a specimen waits. */
const WAITING: readonly BookingStatus[] = ["collected", "received", "in_progress", "resulted"];

export default function Worklist({ query, account }: OwnProps) {
  const status = TABS.find((tab) => tab === query.get("status")) ?? null;
  const requested = query.get("day");
  const day = isDay(requested) ? requested : null;
  const cursor = query.get("cursor");
  const q = query.get("q") ?? "";
  const filters = { ...(day && { day }), ...(q.trim() && { q: searchText(q) }) };
  const list = useLoad(
    () => {
      const page = { ...(cursor && { cursor }), limit: 20 };
      if (status === "uncollected") return outcome(api.GET("/api/labs/uncollected", { params: { query: page } }));
      const wanted = { ...(status && { status }), ...filters, ...page };
      return outcome(api.GET("/api/labs/worklist", { params: { query: wanted } }));
    },
    [account.id, status, day, q, cursor],
    { every: POLL_MS },
  );
  const { views, again } = useViews(account.id, status, filters);
  const [collecting, setCollecting] = useState<Booking | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    // the pressed button is removed
    if (said) focusScan();
  }, [said]);
  const closed = (): void => {
    setCollecting(null);
    // it may be closed because another person was faster
    list.again();
  };
  const collected = ({ patient, reference }: Booking): void => {
    setCollecting(null);
    setSaid(t("collect.done", { patient: patient.full_name, reference }));
    list.again();
    again();
  };
  return (
    <Page title={t("worklist.title")} lead={lead(status, day)}>
      <Scan q={q} />
      <div role="status" class="said">
        {said && <p class="done">{said}</p>}
      </div>
      <Tabs label={t("worklist.tabs")} tabs={views} />
      {status !== "uncollected" && <DayFilter key={day} day={day} />}
      <Ready of={list} empty={<None cursor={cursor} day={day} q={q} />}>
        {({ items, next_cursor }) => (
          <>
            <p class="muted count-line" role="status">
              {plural(next_cursor ? "worklist.first" : "worklist.count", items.length)}
            </p>
            <VerifyNormal bookings={items} again={list.again} />
            <Table
              caption={t("worklist.title")}
              columns={columns(status, day, setCollecting)}
              rows={items}
              rowKey={({ id }) => id}
            />
            <Pages cursor={cursor} next={next_cursor} />
          </>
        )}
      </Ready>
      {collecting && <Collect booking={collecting} onClose={closed} done={collected} />}
    </Page>
  );
}

/** Returns the tabs, open critical results first, and the function that counts again; `current` is the status shown. */
export function useViews(me: number, current: Tab | "critical" | null, filters: Filters) {
  const { day, q } = filters;
  const counts = useLoad(
    () => outcome(api.GET("/api/labs/worklist/counts", { params: { query: filters } })),
    [me, day, q],
    { every: POLL_MS },
  );
  const query = { limit: COUNTED };
  const open = useLoad(() => outcome(api.GET("/api/labs/critical", { params: { query } })), [me], { every: POLL_MS });
  const critical = {
    href: "/lab/critical",
    text: t("critical_list.title"),
    current: current === "critical",
    count: open.data?.items.length ?? null,
  };
  return { views: [critical, ...tabs(current, counts.data)], again: counts.again };
}

function canCollect({ status, specimens }: Booking): boolean {
  return status !== "cancelled" && specimens.some((one) => one.status === "expected");
}

function lead(status: Tab | null, day: Day | null): string {
  if (status === "uncollected") return t("worklist.uncollected.lead");
  return day ? longDay(day) : t("worklist.lead");
}

function tabs(status: Tab | "critical" | null, counts: Schemas["WorklistCounts"] | undefined) {
  const tab = (one: Tab | null) => ({
    href: withQuery({ status: one, cursor: null }),
    text: one ? t(`worklist.${one}`) : t("worklist.to_do"),
    current: one === status,
    count: one === "verified" || one === "uncollected" ? undefined : (counts?.[one ?? "all"] ?? null),
  });
  return [null, ...TABS].map(tab);
}

function None({ cursor, day, q }: { cursor: string | null; day: string | null; q: string }) {
  return (
    <Empty>
      <p>{t("worklist.none")}</p>
      {cursor && <a href={withQuery({ cursor: null })}>{t("worklist.first_page")}</a>}
      {day && <a href={withQuery({ day: null, cursor: null })}>{t("worklist.any_day")}</a>}
      {q && <a href={withQuery({ q: null, cursor: null })}>{t("worklist.any")}</a>}
    </Empty>
  );
}

function columns(status: Tab | null, day: string | null, collect: (booking: Booking) => void): Column<Booking>[] {
  const filters = new URLSearchParams({ ...(status && { status }), ...(day && { day }) });
  const from = filters.size > 0 ? `?${filters.toString()}` : "";
  return [
    {
      head: t("worklist.reference"),
      cell: ({ id, reference, priority }) => (
        <span>
          <a class="reference" href={`/lab/${id}${from}`}>
            {reference}
          </a>{" "}
          {priority === "stat" && <Chip tone="critical">{t("worklist.stat")}</Chip>}
        </span>
      ),
    },
    {
      head: t("worklist.time"),
      cell: ({ starts_at, collected_at, status }) => (
        <span>
          {starts_at ? (
            <span class="time">{when(starts_at)}</span>
          ) : (
            <span class="muted">{t("worklist.any_time")}</span>
          )}
          {collected_at && WAITING.includes(status) && (
            <span class="small since">{t("worklist.since", { ago: ago(collected_at) })}</span>
          )}
        </span>
      ),
    },
    {
      head: t("worklist.patient"),
      cell: ({ patient }) => (
        <span>
          <b>{patient.full_name}</b>{" "}
          {patient.date_of_birth && (
            <span class="small muted born">{t("worklist.born", { date: dateOnly(patient.date_of_birth) })}</span>
          )}
        </span>
      ),
    },
    {
      head: t("worklist.tests"),
      cell: ({ tests, ordered_by }) => (
        <span>
          {tests.map(nameOf).join(", ")}
          {ordered_by && <span class="small muted since">{ordered_by.full_name}</span>}
        </span>
      ),
    },
    { head: t("worklist.status"), cell: ({ status }) => <Status kind="lab" status={status} /> },
    {
      head: t("worklist.acts"),
      cell: (one) =>
        canCollect(one) && (
          <div class="row row-acts">
            <button type="button" class="button small" onClick={() => collect(one)}>
              {t("worklist.collect")} <span class="unseen">{one.reference}</span>
            </button>
            <a href={`/lab/${one.id}/labels`}>
              {t("worklist.labels")} <span class="unseen">{one.reference}</span>
            </a>
          </div>
        ),
    },
  ];
}

function Pages({ cursor, next }: { cursor: string | null; next: string | null }) {
  if (!cursor && !next) return null;
  return (
    <nav class="row more" aria-label={t("worklist.pages")}>
      {cursor && (
        <a class="button quiet" href={withQuery({ cursor: null })}>
          {t("worklist.first_page")}
        </a>
      )}
      {next && (
        <a class="button quiet" href={withQuery({ cursor: next })}>
          {t("worklist.next_page")}
        </a>
      )}
    </nav>
  );
}
