/** Results to review (`?seen=true`: reviewed ones, `?patient_id=`: one patient's), the urgent ones first. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { sentence } from "../../../lib/clinical/results";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { when } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { Review } from "./review";
import "../../../style/portals/review.css";

type Result = Schemas["LabResult"];

const POLL_MS = 60_000;
/** The API's maximum, so that critical results can be sorted first. */
const AT_ONCE = 100;

export default function Results({ query, account }: OwnProps) {
  const seen = query.get("seen") === "true";
  const patient = Number(query.get("patient_id")) || null;
  const found = usePages(
    (cursor) => {
      const filter = { seen, ...(patient && { patient_id: patient }), ...(cursor && { cursor }), limit: AT_ONCE };
      return outcome(api.GET("/api/doctor/lab-results", { params: { query: filter } }));
    },
    [account.id, seen, patient],
    { every: POLL_MS },
  );
  const [done, setDone] = useState("");
  const status = useRef<HTMLDivElement>(null);

  const put = (result: Result): void => {
    if (!found.data) return;
    const items = found.data.items.map((one) => (one.id === result.id ? result : one));
    // a reviewed result leaves the list
    found.put({ ...found.data, items: items.filter((one) => seen || one.seen_at === null) });
  };
  const reviewed = (result: Result, sentence: string): void => {
    put(result);
    setDone(sentence);
    status.current?.focus();
  };
  const name = patient ? found.data?.items.find((one) => one.patient.id === patient)?.patient.full_name : null;
  return (
    <Page
      title={t("review.title")}
      lead={name ? t("review.of", { name }) : t("review.lead")}
      actions={
        <a class="button quiet" href="/doctor/orders">
          {t("review.orders")}
        </a>
      }
    >
      <Tabs
        label={t("review.tabs")}
        tabs={[
          { href: withQuery({ seen: null }), text: t("review.to_review"), current: !seen },
          { href: withQuery({ seen: "true" }), text: t("review.reviewed"), current: seen },
        ]}
      />
      {patient && (
        <p class="reviews-filter">
          <a href={withQuery({ patient_id: null })}>{t("review.everybody")}</a>
        </p>
      )}
      <div role="status" tabIndex={-1} ref={status} class="reviews-said">
        {done && <p class="done">{done}</p>}
      </div>
      <Ready of={found} empty={<Nothing seen={seen} />}>
        {({ items, next_cursor }) => (
          <>
            <p class="muted reviews-count" role="status">
              {plural(next_cursor ? "review.first" : "review.count", items.length)}
            </p>
            <ul class="reviews">
              {urgentFirst(items).map((result) => (
                <li key={result.id}>
                  <One result={result} put={put} reviewed={reviewed} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

function One({
  result,
  ...acts
}: {
  result: Result;
  put: (now: Result) => void;
  reviewed: (now: Result, status: string) => void;
}) {
  const [opened, setOpened] = useState(false);
  return (
    <details class="card review" onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <span class="review-who">
          <b>{result.patient.full_name}</b> <span>{result.test_name}</span>
        </span>
        <span class="muted small">{when(result.collected_at ?? result.entered_at)}</span>
        <span>
          {result.critical && <Chip tone="critical">{t("review.critical")}</Chip>}{" "}
          {result.corrected_at && <Chip tone="no-show">{t("corrected.short")}</Chip>} {sentence(result)}
        </span>
      </summary>
      {/* rendered when opened: twenty results have a hundred number lines */}
      {opened && <Review result={result} {...acts} />}
    </details>
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

/** Critical results, then results outside the usual range, then the others; each newest first. */
export function urgentFirst(items: readonly Result[]): Result[] {
  const rank = ({ critical, outside_range }: Result): number => (critical ? 0 : outside_range > 0 ? 1 : 2);
  return [...items].sort((one, other) => rank(one) - rank(other));
}
