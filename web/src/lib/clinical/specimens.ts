/** The rejected specimens of a laboratory booking; their reasons stay readable after the recollection. */

import type { Schemas } from "../../api/client";
import { t } from "../i18n/i18n";
import { inLanguage } from "../i18n/in-languages";
import { dateOnly, dayOf } from "../time/time";

/** "Rejected 8 January 2030 (urine, midstream): Too little in the cup", one for each. */
export function rejections({ specimens }: Pick<Schemas["LabBooking"], "specimens">): string[] {
  return specimens
    .filter(({ status }) => status === "rejected")
    .map(({ type_names, rejected_at: at, rejection_reason }) => {
      const type = inLanguage(type_names);
      const reason = rejection_reason ?? t("orders.rejected.unknown");
      return at
        ? t("orders.rejected", { day: dateOnly(dayOf(at)), type, reason })
        : t("orders.rejected.undated", { type, reason });
    });
}
