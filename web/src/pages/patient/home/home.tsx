/** Home: next visit, tasks, quick booking, and counts. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { loadMessages, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/patient.css";
import { isAhead, type Visit } from "../visits/visit";
import { Done } from "../visits/visit-parts";
import { Details } from "./details";
import { loadOffers, offered } from "./offers";
import { NextVisit, NoVisit, Offers, Tiles, ToDo } from "./parts";

export default function Home({ config, account }: OwnProps) {
  // separate requests, so that a failing service affects only its own card
  const upcoming = useLoad(
    () => outcome(api.GET("/api/appointments", { params: { query: { when: "upcoming" } } })),
    [account.id],
  );
  const summary = useLoad(() => outcome(api.GET("/api/me/summary")), [account.id]);
  const offers = useLoad(loadOffers, [account.id]);
  const booked = upcoming.data?.items;
  const [cancelled, setCancelled] = useState<Visit | null>(null);

  const [told, setTold] = useState<ComponentChildren>(null);
  useEffect(() => {
    if (booked?.some(({ booked_by }) => booked_by && booked_by !== "patient"))
      void import("./booked-for-you").then(({ BookedForYou }) => setTold(<BookedForYou visits={booked} />));
  }, [booked]);

  const waits = useLoad(() => outcome(api.GET("/api/waitlist", { params: { query: {} } })), [account.id]);
  const [held, setHeld] = useState<typeof import("../waitlist/offers") | null>(null);
  const [answered, setAnswered] = useState("");
  const entries = waits.data?.items ?? [];
  useEffect(() => {
    // loaded on demand, because few patients have an offer
    if (entries.some(({ offer }) => offer))
      void Promise.all([import("../waitlist/offers"), loadMessages("waitlist")]).then(([code]) => setHeld(code));
  }, [waits.data]);
  const onAnswer = (text: string): void => {
    setAnswered(text);
    waits.again();
    upcoming.again();
    summary.again();
  };

  const onChange = (visit: Visit, byReader: boolean): void => {
    if (byReader) setCancelled(visit);
    upcoming.again();
    summary.again();
    offers.again();
  };
  return (
    <Page title={t("home.title", { name: account.full_name })}>
      {answered && <Done key={answered}>{answered}</Done>}
      {held && <held.OfferCards entries={entries} onChange={onAnswer} />}
      {cancelled && (
        <div class="said">
          <Done key={cancelled.id}>{t("cancel.done", { reference: cancelled.reference })}</Done>
        </div>
      )}
      {(account.date_of_birth === null || account.sex === "unknown") && <Details me={account} />}
      {told}
      <div class="home-page">
        <section class="home-next" aria-labelledby="next">
          <h2 id="next">{t("home.next")}</h2>
          <Ready of={upcoming} isEmpty={({ items }) => !items.some(isAhead)} empty={<NoVisit />}>
            {({ items }) => <NextVisit visit={items.find(isAhead) as Visit} config={config} onChange={onChange} />}
          </Ready>
        </section>
        <section class="home-do" aria-labelledby="to-do">
          <h2 id="to-do">{t("home.to_do")}</h2>
          <Ready
            of={summary}
            isEmpty={({ to_do }) => to_do.length === 0}
            empty={<p class="muted">{t("home.to_do.none")}</p>}
          >
            {({ to_do }) => <ToDo tasks={to_do} />}
          </Ready>
        </section>
        <section class="home-book" aria-labelledby="book">
          <h2 id="book">{t("home.book")}</h2>
          <Ready
            of={offers}
            isEmpty={(found) => offered(found, booked).length === 0}
            empty={<p class="muted">{t("home.book.none")}</p>}
          >
            {(found) => <Offers offers={offered(found, booked)} />}
          </Ready>
          <p>
            <a href="/doctors">{t("home.book.others")}</a>
          </p>
        </section>
        <section class="home-tiles" aria-labelledby="care">
          <h2 id="care">{t("home.care")}</h2>
          <Tiles counts={summary.data} />
          <p class="more">
            <a href="/record">{t("profile.more.record")}</a>
          </p>
          <p class="more">
            <a href="/access-log">{t("profile.more.access")}</a>
          </p>
        </section>
      </div>
    </Page>
  );
}
