/** Help: booking, moving and cancelling visits, the meaning of results, contacts. */
import type { Config } from "../../api/client";
import { type Key, plural, t } from "../../lib/i18n/i18n";
import { zoneLabel } from "../../lib/time/time";
import "../../style/portals/public.css";
import type { PageProps } from "../../lib/routing/page";
import { Page } from "../../ui/frame/Page";
import { Tel } from "../../ui/Tel";

const BOOK = ["help.book.1", "help.book.2", "help.book.3"] as const;
const RESULTS = ["help.results.1", "help.results.2", "help.results.3", "help.results.4"] as const;
const CARE = ["help.care.1", "help.care.2", "help.care.3"] as const;
const MINUTES = 60;

export default function Help({ config }: PageProps) {
  const { horizon_days, notice_minutes, change_notice_minutes } = config.booking;
  return (
    <Page title={t("help.title")} lead={t("help.lead")}>
      <div class="columns">
        <div class="prose">
          <section aria-labelledby="book">
            <h2 id="book">{t("help.book")}</h2>
            <List says={BOOK} ordered />
            <p>{plural("help.book.horizon", horizon_days)}</p>
            {notice_minutes > 0 && <p>{t("help.book.notice", { time: duration(notice_minutes) })}</p>}
            <p>{t("help.book.zone", { zone: zoneLabel() })}</p>
          </section>
          <section aria-labelledby="move">
            <h2 id="move">{t("help.move")}</h2>
            <p>{t("help.move.about")}</p>
            <p>{t("help.move.cancel")}</p>
            {change_notice_minutes > 0 && <p>{t("help.move.notice", { time: duration(change_notice_minutes) })}</p>}
          </section>
          <section aria-labelledby="results">
            <h2 id="results">{t("help.results")}</h2>
            <List says={RESULTS} />
          </section>
          <section aria-labelledby="care">
            <h2 id="care">{t("help.care")}</h2>
            <List says={CARE} />
          </section>
        </div>
        <Contacts config={config} />
      </div>
    </Page>
  );
}

function Contacts({ config }: { config: Config }) {
  return (
    <aside class="stack help-side" aria-labelledby="contacts">
      <div class="card">
        <h2 id="contacts">{t("help.contacts", { hospital: config.hospital })}</h2>
        {config.phone ? (
          <p class="help-phone">
            <Tel number={config.phone} />
          </p>
        ) : (
          <p>{t("help.no_phone")}</p>
        )}
        <p>{t("help.contacts.about")}</p>
      </div>
      <div class="warning">
        <p>
          <b>{t("help.urgent")}</b> {t("help.urgent.about")}
        </p>
      </div>
      <p>
        <a href="/accessibility">{t("help.accessibility")}</a>
      </p>
    </aside>
  );
}

function List({ says, ordered = false }: { says: readonly Key[]; ordered?: boolean }) {
  const items = says.map((say) => <li key={say}>{t(say)}</li>);
  return ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
}

function duration(minutes: number): string {
  return minutes % MINUTES === 0 ? plural("help.hours", minutes / MINUTES) : plural("help.minutes", minutes);
}
