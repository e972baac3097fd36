/** A referral's next step for the patient, as a sentence and a link. */

import type { Schemas } from "../../../api/client";
import { type Key, t } from "../../../lib/i18n/i18n";
import { receiverName } from "../../../lib/i18n/in-languages";

type Referral = Schemas["Referral"];

/** The target of a referral: a doctor of the hospital, a specialty, or an outside practice. */
export function target(of: Referral): string {
  return (of.taken_over_by ?? of.to_doctor)?.full_name ?? receiverName(of) ?? of.to_external ?? "";
}

/** "Dr Osei asks Dr Lind to see you. Book a time with them." */
export function sentence(referral: Referral): string {
  const names = { from: referral.from_doctor.full_name, to: target(referral) };
  return t(`referral.say.${referral.status}${waiting(referral)}` as Key, names);
}

/** The link for booking; null if there is no booking here. */
export function booking({
  id,
  status,
  taken_over_by,
  to_doctor,
  to_specialty,
}: Referral): { href: string; say: Key } | null {
  if (status !== "sent" && status !== "accepted") return null;
  if (to_doctor)
    return { href: `/doctors/${(taken_over_by ?? to_doctor).id}?referral=${id}`, say: "referral.book.doctor" };
  const href = `/doctors?specialty=${encodeURIComponent(to_specialty ?? "")}&referral=${id}`;
  return to_specialty ? { href, say: "referral.book.specialty" } : null;
}

/** The message suffix of an unanswered referral, by its target. */
function waiting({ status, to_doctor, to_specialty }: Referral): string {
  if (status !== "sent" && status !== "accepted") return "";
  if (to_doctor) return ".doctor";
  return to_specialty ? ".specialty" : ".outside";
}
