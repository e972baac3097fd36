/** The mark of a visit that staff overbooked, with their reason. */
import { t } from "../lib/i18n/i18n";
import { Chip } from "./Chip";

export function Overbooked({ of: { overbook_reason: reason } }: { of: { overbook_reason: string | null } }) {
  if (reason === null) return null;
  return (
    <span class="overbooked">
      <Chip tone="no-show">{t("overbooked")}</Chip> <span class="muted small">{reason}</span>
    </span>
  );
}
