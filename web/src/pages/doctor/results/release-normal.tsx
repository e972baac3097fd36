/** The release of results that are normal in every value and not corrected: the list, one comment for all, and one press. */

import { useEffect, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { testNameOf } from "../../../lib/i18n/in-languages";
import { AskDialog } from "../../../ui/AskDialog";
import type { Result } from "./groups";

/** The most that one request takes. */
const MOST = 500;
const AT_ONCE = 100;

interface Props {
  /** Only results of this patient. */
  patient: number | null;
  onClose: () => void;
  released: (text: string) => void;
}

export function ReleaseNormal({ patient, onClose, released }: Props) {
  const [found, setFound] = useState<Result[] | null>(null);
  useEffect(() => {
    void everyNormal(patient).then(setFound);
  }, [patient]);
  const results = found ?? [];
  const send = async (comment: string | null): Promise<Mistake[]> => {
    if (results.length === 0) return [];
    const body = { results: results.map(({ id, version }) => ({ result_id: id, version })), comment };
    const answer = await outcome(api.POST("/api/doctor/lab-results/release-normal", { body }));
    if (!answer.ok) return mistakes(answer.problem, answer.retryAfter, ["comment"]);
    const { released: number, seen, left } = answer.data;
    const done = plural("review.normal.done", Math.max(number, seen));
    released(left.length > 0 ? `${done} ${plural("review.normal.left", left.length)}` : done);
    return [];
  };
  return (
    <AskDialog
      title={t("review.normal.title")}
      reason={{
        draft: "review.normal",
        id: "comment",
        label: t("review.normal.comment"),
        hint: t("review.normal.hint"),
        longest: 4000,
      }}
      keep={t("review.normal.keep")}
      act={plural("review.normal.act", results.length)}
      busy={t("review.busy")}
      over={found?.length === 0 && t("review.normal.keep")}
      onClose={onClose}
      send={send}
    >
      <p role="status">{found ? plural("review.normal.what", results.length) : t("review.normal.loading")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it */}
      <section class="review-normal" aria-label={t("review.normal.title")} tabIndex={0}>
        <ul>
          {results.map((one) => (
            <li key={one.id}>
              <b>{one.patient.full_name}</b> {testNameOf(one)}
            </li>
          ))}
        </ul>
      </section>
    </AskDialog>
  );
}

/** Read the normal results to review page by page; as far as they can be read, and no more than one request takes. */
async function everyNormal(patient: number | null): Promise<Result[]> {
  const found: Result[] = [];
  for (let cursor: string | undefined; found.length < MOST; ) {
    const query = {
      seen: false,
      normal: true,
      limit: AT_ONCE,
      ...(patient && { patient_id: patient }),
      ...(cursor && { cursor }),
    };
    const page = await outcome(api.GET("/api/doctor/lab-results", { params: { query } }));
    if (!page.ok) break;
    found.push(...page.data.items.filter((one) => one.ordered_by && one.responsible && !one.corrected_at));
    if (page.data.next_cursor === null) break;
    cursor = page.data.next_cursor;
  }
  return found;
}
