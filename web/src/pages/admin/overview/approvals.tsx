/** A notice of staff accounts and roles that wait for this administrator. */
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";

const EVERY_MS = 60_000;

export function WaitingApprovals({ me }: { me: number }) {
  const query = { waiting: true, limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/admin/approvals", { params: { query } })), [], { every: EVERY_MS });
  const count = found.data?.items.filter(({ waits_for }) => waits_for?.some(({ id }) => id === me)).length ?? 0;
  if (count === 0) return null;
  return (
    <p class="warning row">
      {plural("overview.approvals", count)} <a href="/admin/people/approvals">{t("overview.approvals.show")}</a>
    </p>
  );
}
