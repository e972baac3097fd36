/** The patient's certificates, newest first. */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { certificateTitle } from "../../../ui/print/CertificateSheet";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/patient.css";

export default function Certificates(_: OwnProps) {
  const found = usePages(
    (cursor) => outcome(api.GET("/api/certificates", { params: { query: cursor ? { cursor } : {} } })),
    [],
  );
  return (
    <Page title={t("certificates.title")} lead={t("certificates.lead")}>
      <Ready of={found} empty={<Empty>{t("certificates.none")}</Empty>}>
        {({ items }) => (
          <ul class="cards">
            {items.map((one) => (
              <li key={one.id} class="card stack">
                <h2 class="card-title">
                  <a href={`/certificates/${one.id}`}>{certificateTitle(one)}</a>
                </h2>
                <div class="row between card-foot">
                  <p class="muted small">
                    {t("certificate.by", { doctor: one.doctor.full_name, day: dateOnly(dayOf(one.created_at)) })}
                  </p>
                  {one.voided_at && <Chip tone="cancelled">{t("certificate.is_void")}</Chip>}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}
