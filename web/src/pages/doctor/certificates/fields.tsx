/** The fields of a certificate's kind. */
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import type { Day } from "../../../lib/time/time";
import { Field } from "../../../ui/forms/Field";
import { TextArea } from "../../../ui/forms/TextArea";
import type { Sheet } from "./sheet";

interface Props {
  sheet: Sheet;
  put: (change: Partial<Sheet>) => void;
  errors: readonly Mistake[];
  /** The earliest first day. */
  min: Day;
}

export function CertificateFields({ sheet, put, errors, min }: Props) {
  const field = (id: Exclude<keyof Sheet, "kind">, type: "date" | "time" | "text", hint?: string) => (
    <Field
      id={id}
      type={type}
      label={t(`certify.${id}`)}
      {...(hint && { hint })}
      {...(id === "diagnosis" && { optional: true })}
      value={sheet[id]}
      onValue={(value) => put({ [id]: value })}
      mistakes={errors}
      {...(type === "date" && { input: { min, max: "2099-12-31" } })}
      {...(id === "diagnosis" && { input: { maxLength: 200 } })}
    />
  );
  return (
    <>
      {sheet.kind === "unable_to_work" && (
        <>
          {field("first_day", "date", t("certify.first_day.hint"))}
          {field("last_day", "date", t("certify.last_day.hint"))}
        </>
      )}
      {sheet.kind === "attendance" && (
        <>
          {field("present_from", "time")}
          {field("present_until", "time")}
        </>
      )}
      {sheet.kind === "statement" && (
        <TextArea
          id="statement"
          label={t("certify.statement")}
          hint={t("certify.statement.hint")}
          rows={5}
          value={sheet.statement}
          onValue={(statement) => put({ statement })}
          mistakes={errors}
        />
      )}
      {field("diagnosis", "text", t("certify.diagnosis.hint"))}
    </>
  );
}
