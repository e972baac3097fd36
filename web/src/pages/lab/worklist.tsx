/** The laboratory's worklist (`?status=`, `?day=`), page by page (`?cursor=`), one row per booking. */
import { api, outcome, type Schemas } from "../../api/client";
import { plural, t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import type { OwnProps } from "../../lib/routing/page";
import { withQuery } from "../../lib/routing/router";
import { type Day, dateOnly, isDay, longDay, when } from "../../lib/time/time";
import { Status } from "../../ui/Chip";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/frame/Page";
import { Ready } from "../../ui/Ready";
import { Table } from "../../ui/Table";
import { Tabs } from "../../ui/Tabs";
import type { Booking, Status as BookingStatus } from "./record";
import { VerifyNormal } from "./verify-normal";
import { DayFilter } from "./worklist-day";
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
const POLL_MS = 30_000;
/** Bookings are counted up to one page of the API. */
const COUNTED = 100;

export default function Worklist({ query, account }: OwnProps) {
  const status = TABS.find((tab) => tab === query.get("status")) ?? null;
  const requested = query.get("day");
  const day = isDay(requested) ? requested : null;
  const cursor = query.get("cursor");
  const list = useLoad(
    () => {
      const page = { ...(cursor && { cursor }), limit: 20 };
      if (status === "uncollected") return outcome(api.GET("/api/labs/uncollected", { params: { query: page } }));
      return listed({ ...(status && { status }), ...(day && { day }), ...page });
    },
    [account.id, status, day, cursor],
    { every: POLL_MS },
  );
  const all = useLoad(() => listed({ ...(day && { day }), limit: COUNTED }), [account.id, day], { every: POLL_MS });
  return (
    <Page title={t("worklist.title")} lead={lead(status, day)}>
      <Tabs label={t("worklist.tabs")} tabs={tabs(status, all.data)} />
      {status !== "uncollected" && <DayFilter key={day} day={day} />}
      <Ready of={list} empty={<None cursor={cursor} day={day} />}>
        {({ items, next_cursor }) => (
          <>
            <p class="muted count-line" role="status">
              {plural(next_cursor ? "worklist.first" : "worklist.count", items.length)}
            </p>
            <VerifyNormal bookings={items} again={list.again} />
            <Table caption={t("worklist.title")} columns={columns(status, day)} rows={items} rowKey={({ id }) => id} />
            <Pages cursor={cursor} next={next_cursor} />
          </>
        )}
      </Ready>
    </Page>
  );
}

function lead(status: Tab | null, day: Day | null): string {
  if (status === "uncollected") return t("worklist.uncollected.lead");
  return day ? longDay(day) : t("worklist.lead");
}

function listed(query: { status?: BookingStatus; day?: string; cursor?: string; limit: number }) {
  return outcome(api.GET("/api/labs/worklist", { params: { query } }));
}

function tabs(status: Tab | null, all: Schemas["Worklist"] | undefined) {
  const known = all && all.next_cursor === null ? all.items : null;
  const tab = (one: Tab | null) => ({
    href: withQuery({ status: one, cursor: null }),
    text: one ? t(`worklist.${one}`) : t("worklist.to_do"),
    current: one === status,
    count:
      one === "verified" || one === "uncollected"
        ? undefined
        : known?.filter((booking) => one === null || booking.status === one).length,
  });
  return [null, ...TABS].map(tab);
}

function None({ cursor, day }: { cursor: string | null; day: string | null }) {
  return (
    <Empty>
      <p>{t("worklist.none")}</p>
      {cursor && <a href={withQuery({ cursor: null })}>{t("worklist.first_page")}</a>}
      {day && <a href={withQuery({ day: null, cursor: null })}>{t("worklist.any_day")}</a>}
    </Empty>
  );
}

function columns(status: Tab | null, day: string | null) {
  const filters = new URLSearchParams({ ...(status && { status }), ...(day && { day }) });
  const from = filters.size > 0 ? `?${filters.toString()}` : "";
  return [
    {
      head: t("worklist.reference"),
      cell: ({ id, reference }: Booking) => (
        <a class="reference" href={`/lab/${id}${from}`}>
          {reference}
        </a>
      ),
    },
    {
      head: t("worklist.time"),
      cell: ({ starts_at }: Booking) =>
        starts_at ? <span class="time">{when(starts_at)}</span> : <span class="muted">{t("worklist.any_time")}</span>,
    },
    {
      head: t("worklist.patient"),
      cell: ({ patient }: Booking) => (
        <span>
          <b>{patient.full_name}</b>{" "}
          {patient.date_of_birth && (
            <span class="small muted born">{t("worklist.born", { date: dateOnly(patient.date_of_birth) })}</span>
          )}
        </span>
      ),
    },
    { head: t("worklist.tests"), cell: ({ tests }: Booking) => tests.map(({ name }) => name).join(", ") },
    { head: t("worklist.status"), cell: ({ status }: Booking) => <Status kind="lab" status={status} /> },
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
