/** The doctor's availability: weekly hours, preview and time off. */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { today, zoneLabel } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { visitsFrom } from "./affected-visits";
import { TimeOff } from "./time-off";
import { WeekEditor } from "./week";
import "../../../style/portals/availability.css";

export default function Availability({ account }: OwnProps) {
  const week = useLoad(() => outcome(api.GET("/api/doctor/availability")), [account.id]);
  const visits = useLoad(() => visitsFrom(today()), [account.id, today()]);
  const off = useLoad(
    () => outcome(api.GET("/api/doctor/time-off", { params: { query: { limit: 100 } } })),
    [account.id],
  );
  return (
    <Ready of={week} whole>
      {(saved) => (
        <Page title={t("availability.title")} lead={t("availability.lead", { zone: zoneLabel() })}>
          <WeekEditor saved={saved} put={week.put} visits={visits} timeOff={off.data?.items ?? []} />
          <section class="section">
            <h2>{t("availability.off")}</h2>
            <TimeOff of={off} />
          </section>
        </Page>
      )}
    </Ready>
  );
}
