/** The audit list. Every filter is in the address. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { today } from "../../../lib/time/time";
import "../../../style/portals/admin.css";
import "../../../style/portals/audit.css";
import type { Failure } from "../../../api/client";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { Problem } from "../../../ui/frame/Problem";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Table } from "../../../ui/Table";
import { saveText, separator } from "../csv";
import { auditColumns } from "./columns";
import { AuditFilters } from "./filters";
import { apiQueryOf, type Filters, filtersOf } from "./query";

export default function Audit({ query }: OwnProps) {
  const wanted = filtersOf(query);
  const found = usePages(
    (cursor) => {
      const apiQuery = { ...apiQueryOf(wanted), limit: 30, ...(cursor && { cursor }) };
      return outcome(api.GET("/api/admin/audit", { params: { query: apiQuery } }));
    },
    [wanted],
  );
  return (
    <Page title={t("audit.title")} lead={t("audit.lead")}>
      <p>
        <a href="/admin/emergency-access">{t("audit.emergency")}</a>
      </p>
      <AuditFilters wanted={wanted} />
      <Ready of={found} empty={<Nothing />}>
        {({ items, next_cursor }) => (
          <div class="dense audit">
            <div class="row between">
              <p class="muted" role="status">
                {plural(next_cursor ? "audit.first" : "audit.count", items.length)}
              </p>
              <Download wanted={wanted} />
            </div>
            <Table caption={t("audit.title")} columns={auditColumns()} rows={items} rowKey={({ id }) => id} />
            <More of={found} />
          </div>
        )}
      </Ready>
    </Page>
  );
}

function Nothing() {
  return (
    <Empty>
      <p>{t("audit.none")}</p>
      <a class="button quiet" href="/admin/audit">
        {t("audit.all")}
      </a>
    </Empty>
  );
}

/** Fetch the CSV with the access token and save it as a file. */
function Download({ wanted }: { wanted: Filters }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const download = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const params = { query: { ...apiQueryOf(wanted), separator: separator() } };
    const file = await outcome(api.GET("/api/admin/audit.csv", { params, parseAs: "text" }));
    setBusy(false);
    setFailure(file.ok ? null : file);
    if (file.ok) saveText(`audit-${today()}.csv`, String(file.data));
  };
  return (
    <div>
      <button
        type="button"
        class="button quiet small"
        aria-disabled={busy}
        aria-describedby="csv-hint"
        onClick={() => void download()}
      >
        {t(busy ? "audit.csv.busy" : "audit.csv")}
      </button>
      <span id="csv-hint" class="unseen">
        {t("audit.csv.hint")}
      </span>
      {failure && <Problem failure={failure} again={() => void download()} />}
    </div>
  );
}
