/** The confirmation of the irreversible step, with a reason for the patient. */
import { t } from "../../../lib/i18n/i18n";
import { AskDialog } from "../../../ui/AskDialog";
import type { Visit } from "../visit/visits";

interface Props {
  visit: Visit;
  onClose: () => void;
  onSure: (reason: string | null) => void;
}

export default function ConfirmCancel({ visit, onClose, onSure }: Props) {
  return (
    <AskDialog
      title={t("confirm_status.cancelled", { name: visit.patient.full_name })}
      reason={{ draft: `cancel.${visit.id}`, label: t("cancelled.reason"), hint: t("cancelled.reason.hint") }}
      keep={t("confirm_status.cancelled.no")}
      act={t("confirm_status.cancelled.yes")}
      busy={t("confirm_status.cancelled.yes")}
      danger
      onClose={onClose}
      send={async (reason) => {
        onSure(reason);
        return [];
      }}
    >
      <p>{t("confirm_status.cancelled.about")}</p>
    </AskDialog>
  );
}
