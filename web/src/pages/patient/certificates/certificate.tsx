/** One certificate as a printable sheet; `?copy=1` is the patient's own copy. */
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Page } from "../../../ui/frame/Page";
import { CertificateCopies } from "../../../ui/print/CertificateCopies";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/patient.css";

export default function Certificate({ params, query, config }: OwnProps) {
  const path = { certificate_id: Number(params.id) };
  const found = useLoad(
    () => outcome(api.GET("/api/certificates/{certificate_id}", { params: { path } })),
    [params.id],
  );
  return (
    <Ready of={found} whole>
      {(one) => (
        <Page
          title={t("certificate.yours")}
          lead={t(one.voided_at ? "certificate.yours.void" : "certificate.yours.about")}
          back={{ href: "/certificates", text: t("certificate.all") }}
          width="narrow"
          paper={
            <PrintHead
              config={config}
              about={t("certificate.print", { reference: one.reference })}
              patient={one.patient}
            />
          }
        >
          <CertificateCopies of={one} query={query} />
          <p class="more">
            <PrintButton />
          </p>
        </Page>
      )}
    </Ready>
  );
}
