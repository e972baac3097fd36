/** Find a patient by name, date of birth, phone or e-mail address (`?q=`). */
import { t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { Page } from "../../../ui/frame/Page";
import { PatientSearch } from "./search";
import "../../../style/portals/admin.css";

export default function Patients({ query }: OwnProps) {
  const q = query.get("q") ?? "";
  return (
    <Page
      title={t("patients.title")}
      actions={
        <>
          <a class="button quiet" href="/desk/patients/duplicates">
            {t("duplicates.title")}
          </a>
          <a class="button" href="/desk/patients/new">
            {t("desk.new_patient")}
          </a>
        </>
      }
    >
      <PatientSearch q={q} href={({ id }) => `/desk/patients/${id}`} register="/desk/patients/new" />
    </Page>
  );
}
