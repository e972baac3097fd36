/** A labelled multi-line text; shows the remaining characters when few are left. */
import { t } from "../../lib/i18n/i18n";
import { Control, type ControlProps } from "./Control";

interface Props extends ControlProps {
  value: string;
  onValue: (value: string) => void;
  rows?: number;
  longest?: number;
}

export function TextArea({ value, onValue, rows = 4, longest = 4000, ...control }: Props) {
  const left = longest - value.length;
  return (
    <Control {...control}>
      {(attributes) => (
        <>
          <textarea
            {...attributes}
            rows={rows}
            maxLength={longest}
            value={value}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          {left < longest / 10 && (
            <p class="hint" role="status">
              {t("field.left", { count: left })}
            </p>
          )}
        </>
      )}
    </Control>
  );
}
