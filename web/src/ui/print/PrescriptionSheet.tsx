/** A prescription as a printed sheet: patient, medicines with instructions, signature. */

import type { Schemas } from "../../api/client";
import { frequencyText, routeText } from "../../lib/clinical/dosing";
import { plural, t } from "../../lib/i18n/i18n";
import { dateOnly, dayOf } from "../../lib/time/time";
import { Details } from "../Details";
import { InEmergency, identity } from "./PrintHead";
import { Signature } from "./Signature";
import "../../style/components/sheet.css";

type Check = Schemas["PrescriptionCheck"];

export function PrescriptionSheet({ of }: { of: Schemas["Prescription"] }) {
  const signature = <Signature name={of.doctor.full_name} />;
  return (
    <article class="sheet" aria-label={t("sheet.prescription")}>
      <Details
        of={[
          [t("sheet.patient"), identity(of.patient)],
          [t("sheet.doctor"), of.doctor.full_name],
          [t("sheet.date"), dateOnly(dayOf(of.created_at))],
          [t("sheet.reference"), of.reference],
        ]}
      />
      <InEmergency of={of} />
      {of.check && <Checked of={of.check} doctor={of.doctor.full_name} />}
      <h2>{plural("sheet.medicines", of.items.length)}</h2>
      <ol class="medicines">
        {of.items.map((item, n) => (
          <li key={`${item.medicine} ${item.dose}`}>
            <h3>{item.medicine}</h3>
            <p class="take">{t("sheet.take", { dose: item.dose, frequency: frequencyText(item.frequency) })}</p>
            {item.instructions && <p>{item.instructions}</p>}
            {notChecked(of.check, item.medicine)}
            <div class="kept">
              <Details
                of={[
                  [t("sheet.route"), routeText(item.route)],
                  [t("sheet.until"), lasts(item.duration_days, dateOnly(item.last_day))],
                  [t("sheet.quantity"), item.quantity],
                  [t("sheet.repeats"), item.repeats],
                ]}
              />
              {!of.notes && n === of.items.length - 1 && signature}
            </div>
          </li>
        ))}
      </ol>
      {of.notes && (
        <div>
          <h2>{t("sheet.notes")}</h2>
          <p class="written">
            {of.notes}
            {signature}
          </p>
        </div>
      )}
    </article>
  );
}

/** For the pharmacy, above the medicines and the signature. The alerts themselves are on the doctor's page. */
function Checked({ of, doctor }: { of: Check; doctor: string }) {
  const answered = of.alerts.filter(({ reason }) => reason !== null).length;
  return (
    <p class="muted small">
      {t("sheet.checked", { version: of.rules_version })}{" "}
      {answered > 0 && plural("sheet.answered", answered, { doctor })}
    </p>
  );
}

/** Says whether the rules did not know a medicine or its dose. */
function notChecked(check: Check | null, medicine: string) {
  const of = check?.unchecked ?? [];
  if (of.some(({ text, reason }) => reason === "unknown_medicine" && text === medicine))
    return <p class="small">{t("sheet.unchecked")}</p>;
  const unread = of.some(({ text, reason }) => reason === "dose_not_read" && text.startsWith(`${medicine}: `));
  return unread && <p class="small">{t("sheet.unchecked.dose")}</p>;
}

function lasts(days: number, day: string): string {
  return plural("sheet.lasts", days, { day });
}
