/** A labelled text input with its hint and its mistake; passwords can be shown. */
import { useState } from "preact/hooks";
import type { Mistake } from "../lib/form";
import { t } from "../lib/i18n";

interface Props {
  id: string;
  label: string;
  hint?: string;
  type: "text" | "email" | "password";
  autocomplete: "name" | "username" | "current-password" | "new-password";
  value: string;
  onValue: (value: string) => void;
  mistakes: readonly Mistake[];
}

export function Field({ id, label, hint, type, autocomplete, value, onValue, mistakes }: Props) {
  const [shown, setShown] = useState(false);
  const mistake = mistakes.find(({ field }) => field === id)?.message;
  const described = [hint && `${id}-hint`, mistake && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class={mistake ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {mistake && (
        <p class="mistake" id={`${id}-error`}>
          <span class="unseen">{t("field.error")} </span>
          {mistake}
        </p>
      )}
      <div class="input">
        <input
          id={id}
          name={id}
          // the types know each kind of input by itself, not a choice of them
          type={shown ? "text" : (type as "text")}
          autocomplete={autocomplete}
          autocapitalize={type === "text" ? "words" : "none"}
          spellcheck={false}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
          aria-invalid={mistake ? "true" : undefined}
          aria-describedby={described || undefined}
        />
        {type === "password" && (
          <button type="button" class="reveal" aria-controls={id} onClick={() => setShown(!shown)}>
            <span aria-hidden="true">{t(shown ? "field.hide" : "field.show")}</span>
            <span class="unseen">{t(shown ? "field.hide_password" : "field.show_password")}</span>
          </button>
        )}
      </div>
    </div>
  );
}
