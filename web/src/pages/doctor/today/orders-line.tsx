/** A line about the doctor's laboratory orders that need a look: late ones, and rejected specimens. */
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";

const KINDS = ["late", "rejected"] as const;
const EVERY_MS = 120_000;

export function OrdersLine() {
  const counts = useLoad(() => outcome(api.GET("/api/doctor/lab-orders/counts")), [], { every: EVERY_MS });
  const { data } = counts;
  const open = data ? KINDS.filter((kind) => data[kind] > 0) : [];
  return (
    <p class="row no-print">
      <a href="/doctor/orders">{t("today.orders")}</a>
      {data && open.length === 0 && <span class="muted">{t("today.orders.none")}</span>}
      {!data && <span class="muted">{counts.failure ? t("today.orders.failed") : "…"}</span>}
      {data &&
        open.map((kind) => (
          <a key={kind} class="strong" href={`/doctor/orders?show=${kind}`}>
            {plural(`today.orders.${kind}`, data[kind])}
          </a>
        ))}
    </p>
  );
}
