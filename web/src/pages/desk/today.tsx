/** The desk's start page: find or register a patient, book, and the visits of today. */
import { t } from "../../lib/i18n/i18n";
import type { OwnProps } from "../../lib/routing/page";
import { today } from "../../lib/time/time";
import { Page } from "../../ui/frame/Page";
import { ToMoveLine } from "./to-move/to-move-line";
import { VisitList } from "./visits/visit-list";
import "../../style/portals/admin.css";

export default function Today(_: OwnProps) {
  return (
    <Page
      title={t("desk.title")}
      actions={
        <>
          <a class="button quiet" href="/desk/board">
            {t("board.title")}
          </a>
          <a class="button quiet" href="/desk/hours">
            {t("desk_hours.title")}
          </a>
          <a class="button quiet" href="/desk/closed-days">
            {t("desk.closed_days")}
          </a>
          <a class="button quiet" href="/desk/patients/new">
            {t("desk.new_patient")}
          </a>
          <a class="button" href="/desk/appointments/new">
            {t("arrangements.book")}
          </a>
        </>
      }
    >
      <ToMoveLine />
      <VisitList wanted={{ doctor_id: null, patient_id: null, day: today(), from: null, to: null, status: null }} />
    </Page>
  );
}
