/** The closed days of the hospital, as reception reads them. */
import { api, outcome, type Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import { useLoad } from "../../lib/loading/query";
import type { OwnProps } from "../../lib/routing/page";
import { longDay } from "../../lib/time/time";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/frame/Page";
import { Ready } from "../../ui/Ready";
import { type Column, Table } from "../../ui/Table";
import "../../style/portals/admin.css";

type Planned = Schemas["PlannedDay"];

export default function ClosedDays(_: OwnProps) {
  const found = useLoad(() => outcome(api.GET("/api/admin/closed-days")), []);
  const none = (
    <Empty>
      <p>{t("closed_days.none")}</p>
    </Empty>
  );
  const columns: Column<Planned>[] = [
    { head: t("closed_days.day"), cell: ({ day }) => longDay(day) },
    {
      head: t("closed_days.why"),
      cell: ({ names, is_open }) => (
        <span>
          {inLanguage(names)} {is_open && <span class="muted">{t("closed_days.open")}</span>}
        </span>
      ),
    },
  ];
  return (
    <Page title={t("closed_days.title")} lead={t("closed_days.desk_lead")} width="narrow">
      <Ready of={found} empty={none} isEmpty={({ days }) => days.length === 0}>
        {({ days }) => (
          <Table caption={t("closed_days.list")} columns={columns} rows={days} rowKey={({ day }) => day} />
        )}
      </Ready>
    </Page>
  );
}
