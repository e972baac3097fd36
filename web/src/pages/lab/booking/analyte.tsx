/** The field of one analyte: the patient's usual range, and the flag of the typed value. */

import { useEffect, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { readable, toneOf, usual, wordOf } from "../../../lib/clinical/results";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage, nameOf } from "../../../lib/i18n/in-languages";
import { Chip } from "../../../ui/Chip";
import type { AnalyteRange } from "./typed-flags";

type Flag = Schemas["Flag"];
/** The flag of the typed text, or why there is none yet. */
export type Shown = Flag | "checking" | "failed" | null;

interface Props {
  id: string;
  analyte: Schemas["Analyte"];
  /** Undefined until the server has answered. */
  range: AnalyteRange | undefined;
  text: string;
  flag: Shown;
  onText: (text: string) => void;
  /** Called with the flag's text after a value is complete. */
  onFlag: (sentence: string) => void;
  mistakes: readonly Mistake[];
}

export function AnalyteRow({ id, analyte, range, text, flag, onText, onFlag, mistakes }: Props) {
  const mistake = mistakes.find(({ field }) => field === id)?.message;
  const [complete, setComplete] = useState<string | null>(null);
  const known = flag === "checking" || flag === "failed" ? null : flag;
  useEffect(() => {
    if (complete === null || complete !== text) return;
    onFlag(known ? t("worklist_booking.flag", { name: nameOf(analyte), flag: t(wordOf(known)) }) : "");
    if (known) setComplete(null);
  }, [complete, text, known]);
  const attributes = {
    id,
    name: id,
    class: "value-field",
    "aria-invalid": mistake ? ("true" as const) : undefined,
    "aria-describedby": `${id}-usual ${id}-flag${mistake ? ` ${id}-error` : ""}`,
    onChange: () => setComplete(text),
    value: text,
  };
  return (
    <div class={mistake ? "analyte wrong" : "analyte"}>
      <label for={id}>{nameOf(analyte)}</label>
      <div class="input value">
        {analyte.choices.length > 0 ? (
          <select {...attributes} onInput={(event) => onText(event.currentTarget.value)}>
            <option value="">{t("worklist_booking.choose")}</option>
            {analyte.choices.map((choice, n) => (
              <option key={choice} value={choice}>
                {inLanguage(analyte.choice_names[n] ?? { en: choice, de: choice })}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...attributes}
            type="text"
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            onInput={(event) => onText(event.currentTarget.value)}
          />
        )}
        <span class="unit">{readable(analyte.unit)}</span>
      </div>
      <span class="muted small" id={`${id}-usual`}>
        {(range || analyte.kind === "text") &&
          usual({ ...analyte, range: range?.range ?? null, missing: range?.missing ?? [] })}
      </span>
      <span id={`${id}-flag`}>
        {known && known !== "no_range" && <Chip tone={toneOf(known)}>{t(wordOf(known))}</Chip>}
        {flag && !known && <span class="muted small">{t(`worklist_booking.${flag as "checking" | "failed"}`)}</span>}
      </span>
      {mistake && (
        <p class="mistake" id={`${id}-error`}>
          <span class="unseen">{t("field.error")} </span>
          {mistake}
        </p>
      )}
    </div>
  );
}
