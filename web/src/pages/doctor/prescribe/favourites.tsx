/** The doctor's most used medicines: one press fills a medicine of the form. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import { Skeleton } from "../../../ui/frame/Skeleton";
import { type Choice, ofUsed, type Used } from "./choices";

/** As many are visible at first. */
const FIRST = 6;

export function useMostUsed(): Loaded<{ items: Used[] }> {
  return useLoad(() => outcome(api.GET("/api/doctor/medicines/most-used")), []);
}

interface Props {
  used: Loaded<{ items: Used[] }>;
  choose: (choice: Choice) => void;
  /** The outcome as text. */
  message: string;
}

/** Without an answer the page stays usable: the medicine is typed. */
export function Favourites({ used, choose, message }: Props) {
  const [all, setAll] = useState(false);
  const items = used.data?.items ?? [];
  if (used.loading && !used.data) return <Skeleton />;
  return (
    items.length > 0 && (
      <section class="stack close" aria-labelledby="favourites-title">
        <h2 id="favourites-title">{t("favourites.title")}</h2>
        <ul class="favourites">
          {items.slice(0, all ? items.length : FIRST).map((one) => {
            const choice = ofUsed(one);
            return (
              <li key={choice.key}>
                <button type="button" class="button quiet" onClick={() => choose(choice)}>
                  <span>
                    {choice.name} <span class="small muted">{choice.about}</span>
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
        {!all && items.length > FIRST && (
          <p>
            <button type="button" class="link" onClick={() => setAll(true)}>
              {t("favourites.all", { count: items.length })}
            </button>
          </p>
        )}
        <p class={message ? "done" : "unseen"} role="status">
          {message}
        </p>
      </section>
    )
  );
}
