/** The letter of a referral, for the patient to take along. */

import type { Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { receiverName } from "../../lib/i18n/in-languages";
import { dateOnly, dayOf } from "../../lib/time/time";
import { Details } from "../Details";
import { Enclosures } from "./Enclosures";
import { InEmergency, identity } from "./PrintHead";
import { Signature } from "./Signature";
import "../../style/components/sheet.css";

export function ReferralLetter({ of }: { of: Schemas["ReferralLetter"] }) {
  return (
    <article class="sheet" aria-labelledby="letter">
      <h2 id="letter">{t("sheet.letter")}</h2>
      <Details
        of={[
          [t("sheet.to"), of.to_doctor?.full_name ?? of.to_external],
          [t("sheet.specialty"), receiverName(of)],
          [t("sheet.from"), of.from_doctor.full_name],
          [t("sheet.patient"), identity(of.patient)],
          [t("sheet.urgency"), t(`urgency.${of.urgency}`)],
          [t("sheet.due"), of.due_on && dateOnly(of.due_on)],
          [t("sheet.date"), dateOnly(dayOf(of.created_at))],
          [t("sheet.reference"), of.reference],
        ]}
      />
      <InEmergency of={of} />
      <div>
        <h3>{t("sheet.reason")}</h3>
        <p class="written">
          {of.reason}
          {!of.enclosed && <Signature name={of.from_doctor.full_name} />}
        </p>
      </div>
      {of.enclosed && <Enclosures of={of.enclosed} by={of.from_doctor.full_name} />}
    </article>
  );
}
