/** A notice of requests for refills for which no doctor is present. */
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";

const EVERY_MS = 60_000;

export function UnownedRefills() {
  const query = { limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/admin/refills", { params: { query } })), [], { every: EVERY_MS });
  const count = found.data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <p class="warning row">
      {plural("overview.refills", count)} <a href="/admin/refills">{t("overview.refills.show")}</a>
    </p>
  );
}
