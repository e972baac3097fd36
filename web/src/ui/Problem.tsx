/** Says that a part of the page could not be had, and offers to try again. */
import type { NoAnswer, Problem as Refused } from "../api/client";
import { said } from "../lib/form";
import { t } from "../lib/i18n";
import { Page } from "./Page";

interface Props {
  problem: Refused | NoAnswer;
  retryAfter: number | null;
  again: () => void;
}

export function Problem({ problem, retryAfter, again }: Props) {
  return (
    <div class="narrow">
      <Page title={t("trouble.title")} lead={said(problem, retryAfter)}>
        <button type="button" class="button" onClick={again}>
          {t("trouble.again")}
        </button>
      </Page>
    </div>
  );
}
