/** The outcome of a past or cancelled visit, and the next step. */
import type { Config } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { isAhead, type Visit } from "./visit";

export function Outcome({ visit, config }: { visit: Visit; config: Config }) {
  if (isAhead(visit)) return null;
  return (
    <div class="stack close">
      <p class={visit.status === "cancelled" || visit.status === "no_show" ? "warning" : "info"}>
        {words(visit, config)}
      </p>
      {visit.cancel_reason && <p>{t("visit.cancelled.reason", { reason: visit.cancel_reason })}</p>}
      <p class="row no-print">
        {visit.status === "offered" && <a href="/waitlist">{t("visit.offered.open")}</a>}
        <a class="button" href={againHref(visit.doctor)}>
          {t(visit.doctor.bookable ? "visit.again" : "visit.colleagues")}
        </a>
        {visit.status === "completed" && <a href="/results">{t("visit.results")}</a>}
      </p>
    </div>
  );
}

function words({ status, cancelled_by, doctor }: Visit, { phone }: Config): string {
  if (status === "no_show") return t(phone ? "visit.missed.call" : "visit.missed", { phone: phone ?? "" });
  if (status === "offered" || status === "lapsed") return t(`visit.${status}`);
  if (status !== "cancelled") return t("visit.over");
  if (cancelled_by === "patient") return t("visit.cancelled.patient");
  if (cancelled_by === "doctor") return t("visit.cancelled.doctor", { doctor: doctor.full_name });
  return t("visit.cancelled.hospital");
}

/** The page to book a doctor again, or their colleagues after they have left. */
export function againHref({ id, specialty, bookable }: Visit["doctor"]): string {
  return bookable ? `/doctors/${id}` : `/doctors?${new URLSearchParams({ specialty: specialty ?? "" })}`;
}
