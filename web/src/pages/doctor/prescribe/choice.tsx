/** A choice from a list, or free text. */
import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n/i18n";
import type { ControlProps } from "../../../ui/forms/Control";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";

interface Props extends ControlProps {
  choices: readonly string[];
  value: string;
  onValue: (value: string) => void;
}

const OTHER = "other";

export function SelectOrOther({ id, label, choices, value, onValue, mistakes = [] }: Props) {
  const listed = choices.includes(value);
  const [other, setOther] = useState(value !== "" && !listed);
  const options = [
    { value: "", text: t("prescribe.choose") },
    ...choices.map((text) => ({ value: text, text })),
    { value: OTHER, text: t("prescribe.else") },
  ];
  const choose = (chosen: string): void => {
    setOther(chosen === OTHER);
    onValue(chosen === OTHER ? "" : chosen);
  };
  return (
    <div class="prescribe-choice">
      <Select
        id={other ? `${id}.choice` : id}
        label={label}
        choices={options}
        value={other ? OTHER : value}
        onValue={choose}
        mistakes={mistakes}
      />
      {other && (
        <Field
          id={id}
          label={t("prescribe.else.which", { what: label })}
          value={value}
          onValue={onValue}
          mistakes={mistakes}
          input={{ maxLength: 200 }}
        />
      )}
    </div>
  );
}
