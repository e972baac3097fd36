/** Confirms stopping a prescription. Focus and Escape are on the cancelling button. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { AskDialog } from "../../../ui/AskDialog";
import { loadPrescription } from "./find-prescription";

type Prescription = Schemas["Prescription"];

/** The members of a prescription for the dialog. */
export interface Stoppable extends Pick<Prescription, "id" | "version" | "status"> {
  patient: Schemas["Person"];
  items: readonly { medicine: string }[];
}

interface Props {
  of: Stoppable;
  /** The changed prescription; whether this dialog stopped it. */
  onClose: (now: Prescription | null, byMe: boolean) => void;
}

export function StopDialog({ of, onClose }: Props) {
  const [shown, setShown] = useState(of);
  const [changed, setChanged] = useState<Prescription | null>(null);

  const send = async (reason: string | null): Promise<Mistake[]> => {
    const params = { path: { prescription_id: of.id }, header: unchanged(shown) };
    const body = { reason };
    const done = await outcome(api.PUT("/api/doctor/prescriptions/{prescription_id}/stop", { params, body }));
    if (done.ok) {
      onClose(done.data, true);
      return [];
    }
    const { code } = done.problem;
    const changed = code === "stale" || code === "illegal_transition";
    const now = changed ? await loadPrescription(of.id, of.patient.id) : null;
    if (!now?.ok) return mistakes(done.problem, done.retryAfter, ["reason"]);
    setShown(now.data);
    setChanged(now.data);
    const say = now.data.status === "stopped" ? "doctor_prescription.stop.over" : "doctor_prescription.stop.stale";
    return [{ field: null, message: t(say) }];
  };

  return (
    <AskDialog
      title={t("doctor_prescription.stop.title")}
      reason={{
        draft: `stop.${of.id}`,
        label: t("doctor_prescription.stop.reason"),
        hint: t("doctor_prescription.stop.hint", { name: shown.patient.full_name }),
      }}
      keep={t("doctor_prescription.stop.keep")}
      act={t("doctor_prescription.stop.submit")}
      busy={t("doctor_prescription.stop.busy")}
      danger
      over={shown.status === "stopped" && t("doctor_prescription.stop.close")}
      onClose={() => onClose(changed, false)}
      send={send}
    >
      <ul class="lines">
        {shown.items.map(({ medicine }) => (
          <li key={medicine}>{medicine}</li>
        ))}
      </ul>
    </AskDialog>
  );
}
