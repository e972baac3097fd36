/** A labelled input of one line; passwords can be shown. */
import { useState } from "preact/hooks";
import { t } from "../../lib/i18n/i18n";
import { Control, type ControlProps } from "./Control";

interface Props extends ControlProps {
  type?: "text" | "email" | "password" | "tel" | "search" | "date" | "time" | "number";
  value: string;
  onValue: (value: string) => void;
  autocomplete?: string;
  /** Further attributes of the input: min, max, list, inputMode … */
  input?: {
    min?: string | number;
    max?: string | number;
    step?: string | number;
    maxLength?: number;
    readOnly?: boolean;
    inputMode?: "numeric" | "decimal" | "tel" | "search";
    /** The id of a datalist. */
    list?: string;
  };
}

export function Field({ type = "text", value, onValue, autocomplete = "off", input, ...control }: Props) {
  const [shown, setShown] = useState(false);
  const { id } = control;
  return (
    <Control {...control}>
      {(attributes) => (
        <div class="input">
          <input
            {...attributes}
            {...(input as object)}
            // the JSX types describe each input type separately, not their union
            type={(shown ? "text" : type) as "text"}
            autocomplete={autocomplete as "on"}
            autocapitalize={autocomplete === "name" ? "words" : "none"}
            spellcheck={false}
            value={value}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          {type === "password" && (
            <button type="button" class="reveal" aria-controls={id} onClick={() => setShown(!shown)}>
              <span aria-hidden="true">{t(shown ? "field.hide" : "field.show")}</span>
              <span class="unseen">{t(shown ? "field.hide_password" : "field.show_password")}</span>
            </button>
          )}
        </div>
      )}
    </Control>
  );
}
