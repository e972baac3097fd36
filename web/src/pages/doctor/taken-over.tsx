/** A link to the work of doctors that left, where this doctor does some. */
import { api, outcome } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";

export function TakenOver() {
  const query = { limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/doctor/handovers", { params: { query } })), []);
  const items = found.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <p class="info no-print">
      <a href="/doctor/handovers">
        {t("handovers.notice", { names: items.map((one) => one.doctor.full_name).join(", ") })}
      </a>
    </p>
  );
}
