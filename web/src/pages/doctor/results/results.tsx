/** The inbox of results: own ones, or of all patients in care (`?scope=care`), to review or reviewed (`?seen=true`). */
import { useRef, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad, usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { type Acts, type Result, sections } from "./groups";
import { ReleaseNormal } from "./release-normal";
import { Patient } from "./rows";
import "../../../style/portals/review.css";

const POLL_MS = 60_000;
const AT_ONCE = 50;

export default function Results({ query, account }: OwnProps) {
  const seen = query.get("seen") === "true";
  const scope = query.get("scope") === "care" ? "care" : "mine";
  const patient = Number(query.get("patient_id")) || null;
  const filter = { seen, scope, ...(patient && { patient_id: patient }) } as const;
  const keys = [account.id, seen, scope, patient];
  const found = usePages(
    (cursor) => {
      const page = { ...filter, ...(cursor && { cursor }), limit: AT_ONCE };
      return outcome(api.GET("/api/doctor/lab-results", { params: { query: page } }));
    },
    keys,
    { every: POLL_MS },
  );
  const counts = useLoad(
    () => outcome(api.GET("/api/doctor/lab-results/counts", { params: { query: filter } })),
    keys,
    {
      every: POLL_MS,
    },
  );
  const [done, setDone] = useState<{ text: string; undo?: () => void }>({ text: "" });
  const [asking, setAsking] = useState(false);
  const status = useRef<HTMLDivElement>(null);

  const say = (text: string, undo?: () => void): void => {
    setDone(undo ? { text, undo } : { text });
    status.current?.focus();
  };
  const put = (...now: Result[]): void => {
    if (!found.data) return;
    const items = found.data.items.map((one) => now.find(({ id }) => id === one.id) ?? one);
    // a reviewed result leaves the list of results to review
    found.put({
      ...found.data,
      items: items.filter((one) => (one.seen_at !== null) === seen || now.every((other) => other !== one)),
    });
    counts.again();
  };
  const acts: Acts = { put, say, again: found.again };
  const name = patient ? found.data?.items.find((one) => one.patient.id === patient)?.patient.full_name : null;
  const normal = scope === "mine" && !seen ? (counts.data?.normal ?? 0) : 0;
  const released = (text: string): void => {
    setAsking(false);
    found.again();
    counts.again();
    say(text);
  };
  return (
    <Page
      title={t("review.title")}
      lead={name ? t("review.of", { name }) : t(scope === "mine" ? "review.lead" : "review.lead.care")}
      actions={
        <>
          {normal > 0 && (
            <button type="button" class="button" onClick={() => setAsking(true)}>
              {t("review.normal", { count: normal })}
            </button>
          )}
          <a class="button quiet" href="/doctor/orders">
            {t("review.orders")}
          </a>
        </>
      }
    >
      <Views seen={seen} scope={scope} total={counts.data?.total} />
      {patient && (
        <p class="reviews-filter">
          <a href={withQuery({ patient_id: null })}>{t("review.everybody")}</a>
        </p>
      )}
      <div role="status" tabIndex={-1} ref={status} class="reviews-said">
        {done.text && (
          <p class="done">
            {done.text}{" "}
            {done.undo && (
              <button type="button" class="button quiet small" onClick={done.undo}>
                {t("review.undo")}
              </button>
            )}
          </p>
        )}
      </div>
      <Ready of={found} empty={<Nothing seen={seen} />}>
        {({ items }) => (
          <>
            <p class="muted reviews-count" role="status">
              {counts.data && plural("review.count", counts.data.total)}
            </p>
            {sections(items).map(({ name, groups }) => (
              <section key={name} class="reviews">
                <h2>{t(`review.class.${name}`, { count: counts.data?.[name] ?? groups.length })}</h2>
                {groups.map((group) => (
                  <Patient
                    key={group.items[0]?.id}
                    group={group}
                    counts={counts.data?.patients ?? []}
                    acts={acts}
                    alone={patient !== null}
                  />
                ))}
              </section>
            ))}
          </>
        )}
      </Ready>
      <More of={found} />
      {asking && <ReleaseNormal patient={patient} onClose={() => setAsking(false)} released={released} />}
    </Page>
  );
}

function Views({ seen, scope, total }: { seen: boolean; scope: "mine" | "care"; total: number | undefined }) {
  const here = total ?? null;
  return (
    <div class="reviews-views">
      <Tabs
        label={t("review.tabs")}
        tabs={[
          {
            href: withQuery({ seen: null }),
            text: t("review.to_review"),
            current: !seen,
            ...(!seen && { count: here }),
          },
          { href: withQuery({ seen: "true" }), text: t("review.reviewed"), current: seen },
        ]}
      />
      <Tabs
        label={t("review.scope")}
        tabs={[
          { href: withQuery({ scope: null }), text: t("review.scope.mine"), current: scope === "mine" },
          { href: withQuery({ scope: "care" }), text: t("review.scope.care"), current: scope === "care" },
        ]}
      />
    </div>
  );
}

function Nothing({ seen }: { seen: boolean }) {
  return (
    <Empty>
      <p>{t(seen ? "review.none_reviewed" : "review.all_reviewed")}</p>
      {!seen && <a href={withQuery({ seen: "true" })}>{t("review.see_reviewed")}</a>}
    </Empty>
  );
}
