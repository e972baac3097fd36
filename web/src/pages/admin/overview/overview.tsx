/** The overview: figures of today, and of a period (`?from=&to=`) visits by day and by doctor. */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { addDays, type Day, isDay, longDay, shortDay, today } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { WaitingApprovals } from "./approvals";
import { Health } from "./health";
import { ByDay, ByDoctor, Period, Today } from "./parts";
import { UnownedRefills } from "./refills";
import "../../../style/portals/admin.css";

const POLL_MS = 60_000;
const LONGEST_DAYS = 366;
interface Span {
  from: Day;
  to: Day;
}

export default function Overview({ query, account }: OwnProps) {
  const day = today();
  const { from, to } = spanOf(query);
  const now = useLoad(() => stats({ from: day, to: day }), [day], { every: POLL_MS });
  const period = useLoad(() => stats({ from, to }), [from, to]);
  return (
    <Page
      title={t("overview.title")}
      lead={longDay(day)}
      actions={
        <a class="button" href="/desk/appointments/new">
          {t("overview.book")}
        </a>
      }
    >
      <WaitingApprovals me={account.id} />
      <UnownedRefills />
      <section aria-labelledby="today">
        <h2 id="today">{t("overview.today")}</h2>
        <Ready of={now}>{(data) => <Today of={data} day={day} />}</Ready>
      </section>
      <section class="section" aria-labelledby="period">
        <h2 id="period">{t("overview.period", { from: shortDay(from), to: shortDay(to) })}</h2>
        <Tabs label={t("overview.periods")} tabs={periods({ from, to })} />
        <Ready of={period}>
          {(data) => (
            <div class="stack">
              <Period of={data} />
              <ByDay of={data} />
              <ByDoctor of={data} />
            </div>
          )}
        </Ready>
      </section>
      <Health />
    </Page>
  );
}

function stats(query: Span) {
  return outcome(api.GET("/api/admin/stats", { params: { query } }));
}

/** The period of the address, by default the last 30 days. */
export function spanOf(query: URLSearchParams): Span {
  const [from, to] = [query.get("from"), query.get("to")];
  if (isDay(from) && isDay(to) && from <= to && to < addDays(from, LONGEST_DAYS)) return { from, to };
  return lastDays();
}

function lastDays(): Span {
  return { from: addDays(today(), -29), to: today() };
}

function periods(shown: Span) {
  const day = today();
  const month = `${day.slice(0, 7)}-01`;
  const spans = [
    { text: t("overview.last_30"), ...lastDays() },
    { text: t("overview.month"), from: month, to: addDays(`${addDays(month, 31).slice(0, 7)}-01`, -1) },
    { text: t("overview.next_30"), from: day, to: addDays(day, 29) },
  ];
  return spans.map(({ text, from, to }) => ({
    text,
    href: `/admin?from=${from}&to=${to}`,
    current: from === shown.from && to === shown.to,
  }));
}
