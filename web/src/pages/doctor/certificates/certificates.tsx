/** Certificates that the doctor wrote, or the ones of one patient by every doctor (`?patient=`). */
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { certificateTitle } from "../../../ui/print/CertificateSheet";
import { Ready } from "../../../ui/Ready";
import { type Column, Table } from "../../../ui/Table";
import { idIn } from "../chart/chart-from-query";

type Certificate = Schemas["Certificate"];

export default function Certificates({ query }: OwnProps) {
  const patient = idIn(query.get("patient"));
  const found = usePages(
    (cursor) => {
      const asked = { ...(patient && { patient_id: patient }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/doctor/certificates", { params: { query: asked } }));
    },
    [patient],
  );
  const columns: Column<Certificate>[] = [
    {
      head: t("certificates.what"),
      cell: (one) => (
        <a class="strong" href={`/doctor/certificates/${one.id}`}>
          {certificateTitle(one)}
        </a>
      ),
    },
    { head: t("sheet.patient"), cell: (one) => one.patient.full_name },
    { head: t("sheet.doctor"), cell: (one) => one.doctor.full_name },
    { head: t("sheet.date"), cell: (one) => dateOnly(dayOf(one.created_at)) },
    {
      head: t("certificates.state"),
      cell: (one) =>
        one.voided_at ? <Chip tone="cancelled">{t("certificate.is_void")}</Chip> : t("certificate.is_valid"),
    },
  ];
  return (
    <Page
      title={t("certificates.staff")}
      lead={t(patient ? "certificates.staff.patient" : "certificates.staff.own")}
      {...(patient && { back: { href: `/doctor/patients/${patient}`, text: t("certify.back.chart") } })}
      {...(patient && {
        actions: (
          <a class="button" href={`/doctor/certificates/new?patient=${patient}`}>
            {t("certificates.new")}
          </a>
        ),
      })}
    >
      <Ready of={found} empty={<Empty>{t("certificates.staff.none")}</Empty>}>
        {({ items }) => (
          <Table caption={t("certificates.staff")} columns={columns} rows={items} rowKey={({ id }) => id} />
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}
