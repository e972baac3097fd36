/** Confirms accepting, declining or cancelling a referral, with a note for the other doctor and the patient. */
import { useState } from "preact/hooks";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { AskDialog } from "../../../ui/AskDialog";
import { type Referral, take } from "./steps";

interface Props {
  of: Referral;
  step: "accepted" | "declined" | "cancelled";
  /** The changed referral; whether this dialog changed it. */
  onClose: (now: Referral | null, byMe: boolean) => void;
}

export function ReferralDialog({ of, step, onClose }: Props) {
  const [shown, setShown] = useState(of);
  const send = async (note: string | null): Promise<Mistake[]> => {
    const { now, refused, retryAfter } = await take(shown, step, note);
    if (!refused && now) {
      onClose(now, true);
      return [];
    }
    if (!now) return refused ? mistakes(refused, retryAfter, ["note"]) : [];
    setShown(now);
    const same = now.status === of.status;
    const values = { status: t(`referral.${now.status}`) };
    return [{ field: null, message: t(same ? "doctor_referrals.stale" : "doctor_referrals.over", values) }];
  };
  return (
    <AskDialog
      title={t(`doctor_referrals.ask.${step}`)}
      reason={{
        draft: `referral.${of.id}.${step}`,
        id: "note",
        label: t("doctor_referrals.ask.note"),
        hint: t("doctor_referrals.ask.hint"),
        longest: 4000,
        // the sender needs the reason to find another doctor
        ...(step === "declined" && { needed: "doctor_referrals.missing.note" }),
      }}
      keep={t("doctor_referrals.ask.leave")}
      act={t(`doctor_referrals.to.${step}`)}
      busy={t("doctor_referrals.ask.busy")}
      danger={step !== "accepted"}
      over={shown.status !== of.status && t("doctor_referrals.ask.close")}
      onClose={() => onClose(shown === of ? null : shown, false)}
      send={send}
    >
      <p>
        <b>{shown.patient.full_name}</b>
        <br />
        <span class="doctor-referrals-reason">{shown.reason}</span>
      </p>
      {shown.note && <p class="info">{t("doctor_referrals.note", { note: shown.note })}</p>}
    </AskDialog>
  );
}
