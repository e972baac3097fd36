/** Asks before a referral is accepted, declined or cancelled, and takes a note for the other doctor and the patient. */
import { useState } from "preact/hooks";
import { useDraft } from "../../lib/draft";
import { type Mistake, missing, mistakes, useForm } from "../../lib/form";
import { t } from "../../lib/i18n";
import { Dialog } from "../../ui/Dialog";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { TextArea } from "../../ui/TextArea";
import { type Referral, take } from "./referral-steps";

interface Props {
  of: Referral;
  step: "accepted" | "declined" | "cancelled";
  /** The referral where it is no longer as given; whether it was the reader who changed it now. */
  onClose: (now: Referral | null, byMe: boolean) => void;
}

export function ReferralDialog({ of, step, onClose }: Props) {
  const [shown, setShown] = useState(of);
  const note = useDraft(`referral.${of.id}.${step}`, "");
  // who sent it looks for another way, and has to know why
  const asked = step === "declined";
  const over = shown.status !== of.status;
  const leave = (): void => onClose(shown === of ? null : shown, false);

  const act = async (): Promise<Mistake[]> => {
    const { now, refused, retryAfter } = await take(shown, step, note.value.trim() || null);
    if (!refused && now) {
      note.drop();
      onClose(now, true);
      return [];
    }
    if (!now) return refused ? mistakes(refused, retryAfter, ["note"]) : [];
    setShown(now);
    const same = now.status === of.status;
    const values = { status: t(`referral.${now.status}`) };
    return [{ field: null, message: t(same ? "doctor_referrals.stale" : "doctor_referrals.over", values) }];
  };
  const { busy, wrong, submit } = useForm(
    () => (asked ? missing({ note: { value: note.value, say: "doctor_referrals.missing.note" } }) : []),
    act,
  );

  return (
    <Dialog title={t(`doctor_referrals.ask.${step}`)} onClose={leave}>
      <ErrorSummary mistakes={wrong} />
      <p>
        <b>{shown.patient.full_name}</b>
        <br />
        <span class="doctor-referrals-reason">{shown.reason}</span>
      </p>
      {shown.note && <p class="info">{t("doctor_referrals.note", { note: shown.note })}</p>}
      <form noValidate onSubmit={submit}>
        {!over && (
          <TextArea
            id="note"
            label={t("doctor_referrals.ask.note")}
            hint={t("doctor_referrals.ask.hint")}
            optional={!asked}
            rows={3}
            value={note.value}
            onValue={note.set}
            mistakes={wrong}
          />
        )}
        <div class="row">
          <button type="button" class={over ? "button" : "button quiet"} onClick={leave}>
            {t(over ? "doctor_referrals.ask.close" : "doctor_referrals.ask.leave")}
          </button>
          {!over && (
            <button type="submit" class={step === "accepted" ? "button" : "button danger"} aria-disabled={busy}>
              {t(busy ? "doctor_referrals.ask.busy" : `doctor_referrals.to.${step}`)}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
