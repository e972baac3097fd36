/** Links of a visit: its certificate, and moving it. */
import { t } from "../../../lib/i18n/i18n";
import type { Visit } from "../visit/visits";
import { isMovable } from "./movable";

export function VisitLinks({ visit, me }: { visit: Visit; me: number }) {
  return (
    <>
      <a class="button quiet" href={`/doctor/certificates/new?patient=${visit.patient.id}&visit=${visit.id}`}>
        {t("doctor_visit.certify")}
      </a>
      {isMovable(visit, me) && (
        <a class="button quiet" href={`/doctor/visits/${visit.id}/move`}>
          {t("doctor_visit.move")}
        </a>
      )}
    </>
  );
}
