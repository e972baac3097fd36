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
  const [other, setOther] = useState(false);
  // a value of the list of medicines, or of an earlier prescription, is one more choice
  const all = other || value === "" || choices.includes(value) ? choices : [...choices, value];
  const options = [
    { value: "", text: t("prescribe.choose") },
    ...all.map((text) => ({ value: text, text })),
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
