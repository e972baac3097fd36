/** Asks before a prescription is stopped. The focus is on letting it be, and so is Escape. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../api/client";
import { useDraft } from "../../lib/draft";
import { type Mistake, mistakes, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { Dialog } from "../../ui/Dialog";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { TextArea } from "../../ui/TextArea";
import { loadPrescription } from "./prescription-found";

type Prescription = Schemas["Prescription"];

interface Props {
  of: Prescription;
  /** The prescription where it is no longer as given; whether it was the reader who stopped it now. */
  onClose: (now: Prescription | null, byMe: boolean) => void;
}

export function StopDialog({ of, onClose }: Props) {
  const [shown, setShown] = useState(of);
  const reason = useDraft(`stop.${of.id}`, "");
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  const over = shown.status === "stopped";
  const leave = (): void => onClose(shown === of ? null : shown, false);

  const act = async (): Promise<Mistake[]> => {
    const params = { path: { prescription_id: of.id }, header: unchanged(shown) };
    const body = { reason: reason.value.trim() || null };
    const done = await outcome(api.PUT("/api/doctor/prescriptions/{prescription_id}/stop", { params, body }));
    if (done.ok) {
      reason.drop();
      onClose(done.data, true);
      return [];
    }
    const { code } = done.problem;
    const changed = code === "stale" || code === "illegal_transition";
    const now = changed ? await loadPrescription(of.id, of.patient.id) : null;
    if (!now?.ok) return mistakes(done.problem, done.retryAfter, ["reason"]);
    setShown(now.data.of);
    const say = now.data.of.status === "stopped" ? "doctor_prescription.stop.over" : "doctor_prescription.stop.stale";
    return [{ field: null, message: t(say) }];
  };
  const { busy, wrong, submit } = useForm(() => [], act);

  return (
    <Dialog title={t("doctor_prescription.stop.title")} onClose={leave}>
      <ErrorSummary mistakes={wrong} />
      <ul class="lines">
        {shown.items.map(({ medicine }) => (
          <li key={medicine}>{medicine}</li>
        ))}
      </ul>
      <form noValidate onSubmit={submit}>
        {!over && (
          <TextArea
            id="reason"
            label={t("doctor_prescription.stop.reason")}
            hint={t("doctor_prescription.stop.hint", { name: shown.patient.full_name })}
            optional
            rows={2}
            longest={500}
            value={reason.value}
            onValue={reason.set}
            mistakes={wrong}
          />
        )}
        <div class="row">
          <button type="button" class={over ? "button" : "button quiet"} ref={keep} onClick={leave}>
            {t(over ? "doctor_prescription.stop.close" : "doctor_prescription.stop.keep")}
          </button>
          {!over && (
            <button type="submit" class="button danger" aria-disabled={busy}>
              {t(busy ? "doctor_prescription.stop.busy" : "doctor_prescription.stop.submit")}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
