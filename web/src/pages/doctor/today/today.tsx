/** A day of visits (`?day=`, by default today): current and next patient, and one-press status changes. */
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { addDays, type Day, dayOf, isDay, longDay, today } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { TakenOver } from "../taken-over";
import { useStatus } from "../visit/status";
import { loadVisits, type Visit } from "../visit/visits";
import { OrdersLine } from "./orders-line";
import { Counts, DayTable, NowAndNext } from "./parts";
import { ReferralsLine } from "./referrals-line";
import { RefillsLine } from "./refills-line";
import { ToMoveLine } from "./to-move-line";
import { UnsignedNotes } from "./unsigned";

const EVERY_MS = 30_000;

export default function Today({ query, config, account }: OwnProps) {
  const requested = query.get("day");
  const day = isDay(requested) ? requested : today();
  const isToday = day === today();
  const visits = useLoad(() => loadVisits(day, day), [day], { every: EVERY_MS });
  return (
    <Page
      title={isToday ? t("today.title") : t("today.title.other")}
      lead={longDay(day)}
      actions={
        <>
          <Days day={day} />
          <PrintButton />
        </>
      }
      paper={<PrintHead config={config} about={t("today.print", { name: account.full_name, day: longDay(day) })} />}
    >
      <div class="stack close">
        <TakenOver />
        {isToday && <ToMoveLine />}
        {isToday && <OrdersLine />}
        {isToday && <ReferralsLine />}
        {isToday && <RefillsLine />}
        <Ready of={visits} empty={<Nobody day={day} isToday={isToday} />} isEmpty={(found) => found.length === 0}>
          {(found) => <Shown visits={found} of={visits} isToday={isToday} />}
        </Ready>
      </div>
    </Page>
  );
}

function Shown({ visits, of, isToday }: { visits: Visit[]; of: Loaded<Visit[]>; isToday: boolean }) {
  const put = (now: Visit): void => of.put(visits.map((visit) => (visit.id === now.id ? now : visit)));
  const acts = useStatus(put, ({ id }) => go(`/doctor/visits/${id}`));
  return (
    <>
      {isToday && (
        <div class="now-next no-print">
          <NowAndNext visits={visits} />
          <ToReview />
          <UnsignedNotes after={visits.map(({ id, status }) => `${id} ${status}`).join()} />
        </div>
      )}
      <Counts visits={visits} />
      <p class={acts.message?.isError ? "warning" : "unseen"} role="status">
        {acts.message?.text}
      </p>
      <DayTable visits={visits} acts={acts} />
    </>
  );
}

function Days({ day }: { day: Day }) {
  const href = (other: Day): string => (other === today() ? "/doctor" : `/doctor?day=${other}`);
  return (
    <nav class="row" aria-label={t("today.days")}>
      <a class="button quiet" href={href(addDays(day, -1))}>
        {t("today.before")}
      </a>
      {day !== today() && (
        <a class="button quiet" href="/doctor">
          {t("today.title")}
        </a>
      )}
      <a class="button quiet" href={href(addDays(day, 1))}>
        {t("today.after")}
      </a>
    </nav>
  );
}

/** The number of the doctor's own results that are not reviewed yet. */
function ToReview() {
  const query = { seen: false };
  const counts = useLoad(() => outcome(api.GET("/api/doctor/lab-results/counts", { params: { query } })), [], {
    every: 2 * EVERY_MS,
  });
  return (
    <section class="card">
      <h2>{t("today.review.title")}</h2>
      <Ready of={counts} empty={<p class="muted">{t("today.review.none")}</p>} isEmpty={({ total }) => total === 0}>
        {({ total, critical }) => (
          <>
            <p>
              <a class="strong" href="/doctor/results">
                {plural("today.review", total)}
              </a>
            </p>
            <Critical count={critical} />
          </>
        )}
      </Ready>
    </section>
  );
}

function Critical({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <p>
      <Chip tone="critical">{plural("today.review.critical", count)}</Chip>
    </p>
  );
}

function Nobody({ day, isToday }: { day: Day; isToday: boolean }) {
  const query = { from: addDays(day, 1), limit: 20 };
  const next = useLoad(() => outcome(api.GET("/api/doctor/appointments", { params: { query } })), [day]);
  const found = next.data?.items.find(({ status }) => status === "booked" || status === "confirmed");
  return (
    <>
      {/* results and unsigned notes wait on days without visits too */}
      {isToday && (
        <div class="now-next no-print">
          <ToReview />
          <UnsignedNotes />
        </div>
      )}
      <Empty>
        <p>{t(isToday ? "today.none" : "today.none.other")}</p>
        {found && (
          <a class="button quiet" href={`/doctor?day=${dayOf(found.starts_at)}`}>
            {t("today.next_day", { day: longDay(dayOf(found.starts_at)) })}
          </a>
        )}
      </Empty>
    </>
  );
}
