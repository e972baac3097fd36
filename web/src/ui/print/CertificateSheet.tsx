/** A certificate as a printed sheet. The sheet for an employer has no diagnosis; the patient's copy has it. */
import type { Schemas } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { dateOnly, dayOf, longDay, when } from "../../lib/time/time";
import { Details } from "../Details";
import { identity } from "./PrintHead";
import { Signature } from "./Signature";
import "../../style/components/sheet.css";

export type Certificate = Schemas["Certificate"];

/** `copy`: the patient's own, with the diagnosis. */
export function CertificateSheet({ of, copy }: { of: Certificate; copy: boolean }) {
  return (
    <article class="sheet" aria-labelledby="certificate">
      <h2 id="certificate">{t(`certificate.title.${of.kind}`)}</h2>
      {of.voided_at && (
        <p class="warning">
          <b>{t("certificate.void", { when: when(of.voided_at) })}</b>{" "}
          {t("certificate.why", { reason: of.void_reason ?? "" })}
        </p>
      )}
      <Details
        of={[
          [t("sheet.patient"), identity(of.patient)],
          [t("certificate.from"), of.kind === "unable_to_work" && of.first_day && longDay(of.first_day)],
          [t("certificate.until"), of.kind === "unable_to_work" && of.last_day && longDay(of.last_day)],
          [t("certificate.day"), of.kind === "attendance" && of.first_day && longDay(of.first_day)],
          [
            t("certificate.times"),
            of.present_from && t("certificate.span", { from: of.present_from, until: of.present_until ?? "" }),
          ],
          [t("certificate.diagnosis"), copy && of.diagnosis],
          [t("sheet.doctor"), of.doctor.full_name],
          [t("sheet.date"), dateOnly(dayOf(of.created_at))],
          [t("sheet.reference"), of.reference],
        ]}
      />
      {copy && of.diagnosis && <p class="small">{t("certificate.copy.about")}</p>}
      <p class="written">
        {of.statement ?? t(`certificate.says.${of.kind === "attendance" ? "attendance" : "unable_to_work"}`)}
        <Signature name={of.doctor.full_name} />
      </p>
    </article>
  );
}

/** "Unable to work, 7 January 2030 to 9 January 2030" */
export function certificateTitle({ kind, first_day, last_day }: Certificate): string {
  const title = t(`certificate.title.${kind}`);
  if (!first_day || !last_day) return title;
  const days =
    first_day === last_day
      ? dateOnly(first_day)
      : t("certificate.days", { first: dateOnly(first_day), last: dateOnly(last_day) });
  return `${title}, ${days}`;
}
