/** The letter of a referral, for the patient to take along. */
import type { Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { type Day, dateOnly, dayOf } from "../../lib/time/time";
import { Details } from "../Details";
import { Signature } from "./Signature";
import "../../style/components/sheet.css";

/** `born`: the patient's date of birth, if the account may see it. */
export function ReferralLetter({ of, born = null }: { of: Schemas["Referral"]; born?: Day | null }) {
  return (
    <article class="sheet" aria-labelledby="letter">
      <h2 id="letter">{t("sheet.letter")}</h2>
      <Details
        of={[
          [t("sheet.to"), of.to_doctor?.full_name ?? of.to_external],
          [t("sheet.specialty"), of.to_specialty],
          [t("sheet.from"), of.from_doctor.full_name],
          [t("sheet.patient"), of.patient.full_name],
          [t("sheet.born"), born && dateOnly(born)],
          [t("sheet.urgency"), t(`urgency.${of.urgency}`)],
          [t("sheet.due"), of.due_on && dateOnly(of.due_on)],
          [t("sheet.date"), dateOnly(dayOf(of.created_at))],
          [t("sheet.reference"), of.reference],
        ]}
      />
      <div>
        <h3>{t("sheet.reason")}</h3>
        <p class="written">{of.reason}</p>
      </div>
      <Signature name={of.from_doctor.full_name} />
    </article>
  );
}
