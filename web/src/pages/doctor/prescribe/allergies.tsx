/** Allergy conflicts of the typed medicines: shown at the medicine, and blocking until a reason is given. */
import type { Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { Field } from "../../../ui/forms/Field";
import type { Conflict } from "./items";

/** A live region that always exists, so that screen readers announce it. */
export function Warning({ against }: { against: readonly Conflict[] }) {
  return (
    <div role="status">
      {against.map((one) => (
        <p key={one.substance} class="warning">
          {conflictText(one)}
        </p>
      ))}
    </div>
  );
}

/** Notes in which no substance was found. */
export function Unchecked({ of }: { of: Schemas["Chart"]["checks"] }) {
  const notes = of.filter(({ known }) => !known).map(({ substance }) => substance);
  return notes.length > 0 && <p class="info">{t("prescribe.unchecked", { notes: notes.join("; ") })}</p>;
}

interface Props {
  against: readonly Conflict[];
  value: string;
  onValue: (value: string) => void;
  errors: readonly Mistake[];
}

export function Override({ against, value, onValue, errors }: Props) {
  return (
    <section class="prescribe-override" aria-labelledby="override-title">
      <h2 id="override-title">{t("prescribe.override.title")}</h2>
      <ul>
        {against.map((one) => (
          <li key={`${one.medicine} ${one.substance}`}>
            <b>{one.medicine}</b> {conflictText(one)}
          </li>
        ))}
      </ul>
      <Field
        id="override_reason"
        label={t("prescribe.override")}
        hint={t("prescribe.override.hint")}
        value={value}
        onValue={onValue}
        mistakes={errors}
        input={{ maxLength: 200 }}
      />
    </section>
  );
}

function conflictText({ substance, severity, reaction }: Conflict): string {
  const values = { substance, severity: t(`severity.${severity}`).toLowerCase(), reaction: reaction ?? "" };
  return t(reaction ? "prescribe.conflict.reaction" : "prescribe.conflict", values);
}
