/** A line about the requests for refills that wait for the doctor. */
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";

const EVERY_MS = 120_000;

export function RefillsLine() {
  const counts = useLoad(() => outcome(api.GET("/api/doctor/refills/counts")), [], { every: EVERY_MS });
  const { data, failure } = counts;
  return (
    <p class="row no-print">
      <a href="/doctor/refills">{t("today.refills")}</a>
      {data ? (
        <span class={data.open > 0 ? "strong" : "muted"}>
          {data.open > 0 ? plural("today.refills.open", data.open) : t("today.refills.none")}
        </span>
      ) : (
        <span class="muted">{failure ? t("today.refills.failed") : "…"}</span>
      )}
    </p>
  );
}
