/** One prescription as a printable sheet. */
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { PrescriptionSheet } from "../../../ui/print/PrescriptionSheet";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { RefillSection } from "./refill";
import "../../../style/portals/patient.css";

export default function Prescription({ params, config }: OwnProps) {
  const path = { prescription_id: Number(params.id) };
  const found = useLoad(
    () => outcome(api.GET("/api/prescriptions/{prescription_id}", { params: { path } })),
    [params.id],
  );
  const back = { href: "/prescriptions", text: t("prescription_page.back") };
  return (
    <Ready of={found} whole>
      {(one) => (
        <Page
          title={t("prescription_page.title")}
          lead={sentence(one)}
          back={back}
          width="narrow"
          paper={
            <PrintHead
              config={config}
              about={t("prescription_page.print", { reference: one.reference })}
              patient={one.patient}
            />
          }
        >
          {one.stop_reason && <p class="warning">{t("prescription_page.why", { reason: one.stop_reason })}</p>}
          <div class="stack">
            {one.status !== "stopped" && <RefillSection of={one} />}
            <PrescriptionSheet of={one} />
          </div>
          <p class="more">
            <PrintButton />
          </p>
        </Page>
      )}
    </Ready>
  );
}

function sentence(one: Schemas["Prescription"]): string {
  if (one.stopped_at) {
    const day = dateOnly(dayOf(one.stopped_at));
    return t("prescription_page.stopped", { doctor: one.doctor.full_name, day });
  }
  const day = dateOnly(one.last_day);
  return t(one.status === "ended" ? "prescription_page.ended" : "prescription_page.active", { day });
}
