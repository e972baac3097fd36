/** The actions on a referral, immediate or confirmed. */
import { useRef, useState } from "preact/hooks";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { ReferralDialog } from "./dialog";
import { type Direction, needsDialog, type Referral, type Status, steps, take } from "./steps";

interface Props {
  of: Referral;
  me: number;
  /** In a list: the two likeliest steps, small, named with the patient. */
  small?: boolean;
  direction?: Direction;
  /** The current referral, and the outcome as text. */
  onChange: (now: Referral, message: Message) => void;
}
export interface Message {
  text: string;
  isError: boolean;
}

export function ReferralActs({ of, me, small = false, direction, onChange }: Props) {
  const [confirming, setConfirming] = useState<Status | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const act = async (step: Status): Promise<void> => {
    if (needsDialog(step)) return setConfirming(step);
    if (running.current) return;
    running.current = true;
    setBusy(true);
    const { now, refused, retryAfter } = await take(of, step, null);
    running.current = false;
    setBusy(false);
    if (!refused && now) onChange(now, toldOf(now));
    else if (now) onChange(now, changed(now));
    else if (refused) onChange(of, { text: problemText(refused, retryAfter), isError: true });
  };
  return (
    <>
      {steps(of, me, direction)
        .slice(0, small ? 2 : undefined)
        .map((step, n) => (
          <button
            key={step}
            type="button"
            class={looks(step, n === 0, small)}
            aria-disabled={busy}
            onClick={() => void act(step)}
          >
            {t(`doctor_referrals.to.${step as Exclude<Status, "sent">}`)}
            {small && <span class="unseen"> {t("doctor_referrals.of", { name: of.patient.full_name })}</span>}
          </button>
        ))}
      {confirming && needsDialog(confirming) && (
        <ReferralDialog
          of={of}
          step={confirming}
          onClose={(now, byMe) => {
            setConfirming(null);
            if (now) onChange(now, byMe ? toldOf(now) : changed(now));
          }}
        />
      )}
    </>
  );
}

/** The likeliest step is emphasised; in a list, only on unanswered referrals. */
function looks(step: Status, first: boolean, small: boolean): string {
  if (small && step === "cancelled") return "link";
  if (small) return step === "accepted" ? "button small" : "button small quiet";
  return first && step !== "cancelled" ? "button" : "button quiet";
}

function toldOf({ patient, status }: Referral): Message {
  const values = { name: patient.full_name, status: t(`referral.${status}`) };
  return { text: t("doctor_referrals.now", values), isError: false };
}

function changed({ patient, status }: Referral): Message {
  const values = { name: patient.full_name, status: t(`referral.${status}`) };
  return { text: t("doctor_referrals.changed", values), isError: true };
}
