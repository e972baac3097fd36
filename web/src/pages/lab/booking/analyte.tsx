/** The field of one analyte: the patient's usual range, and the flag of the typed value. */
import type { Schemas } from "../../../api/client";
import { readable, toneOf, usual, wordOf } from "../../../lib/clinical/results";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { Chip } from "../../../ui/Chip";
import { flagOf, flagOfText } from "./flags";
import { foreignUnit, parseValue } from "./values";

interface Props {
  id: string;
  analyte: Schemas["Analyte"];
  range: Schemas["AppliedRange"] | null;
  text: string;
  onText: (text: string) => void;
  /** Called with the flag's text after a value is complete. */
  onFlag: (sentence: string) => void;
  mistakes: readonly Mistake[];
}

export function AnalyteRow({ id, analyte, range, text, onText, onFlag, mistakes }: Props) {
  const mistake = mistakes.find(({ field }) => field === id)?.message;
  const flag = flagWhile(analyte, range, text);
  const attributes = {
    id,
    name: id,
    class: "value-field",
    "aria-invalid": mistake ? ("true" as const) : undefined,
    "aria-describedby": `${id}-usual ${id}-flag${mistake ? ` ${id}-error` : ""}`,
    onChange: () => onFlag(flag ? t("worklist_booking.flag", { name: analyte.name, flag: t(wordOf(flag)) }) : ""),
    value: text,
  };
  return (
    <div class={mistake ? "analyte wrong" : "analyte"}>
      <label for={id}>{analyte.name}</label>
      <div class="input value">
        {analyte.choices.length > 0 ? (
          <select {...attributes} onInput={(event) => onText(event.currentTarget.value)}>
            <option value="">{t("worklist_booking.choose")}</option>
            {analyte.choices.map((choice) => (
              <option key={choice}>{choice}</option>
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
        {usual({ ...analyte, range })}
      </span>
      <span id={`${id}-flag`}>{flag && flag !== "no_range" && <Chip tone={toneOf(flag)}>{t(wordOf(flag))}</Chip>}</span>
      {mistake && (
        <p class="mistake" id={`${id}-error`}>
          <span class="unseen">{t("field.error")} </span>
          {mistake}
        </p>
      )}
    </div>
  );
}

function flagWhile(analyte: Schemas["Analyte"], range: Schemas["AppliedRange"] | null, text: string) {
  if (text.trim() === "") return null;
  if (analyte.kind === "text") return flagOfText(text, analyte.usual);
  const reading = parseValue(text);
  return reading && !foreignUnit(analyte, text) ? flagOf(reading, range) : null;
}
