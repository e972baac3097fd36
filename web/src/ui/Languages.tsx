/** A field for spoken languages: add and remove one by one. */
import { useRef } from "preact/hooks";
import type { Mistake } from "../lib/forms/form";
import { t } from "../lib/i18n/i18n";
import { languageName } from "../lib/i18n/languages";
import { locale } from "../lib/time/time";
import { Select } from "./forms/Select";

interface Props {
  label: string;
  codes: readonly string[];
  put: (codes: string[]) => void;
  errors: readonly Mistake[];
}

const SPOKEN =
  "ar bg bs cs da de el en es et fa fi fr he hi hr hu it ja ko lt lv nl no pl ps pt ro ru sk sl so sq sr sv ta th ti tr uk ur vi zh";
/** The API's limit. */
const MOST = 20;

export function Languages({ label, codes, put, errors }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const others = SPOKEN.split(" ")
    .filter((code) => !codes.includes(code))
    .map((value) => ({ value, text: languageName(value) }))
    .sort((one, other) => one.text.localeCompare(other.text, locale()));
  return (
    <div class="field">
      <Select
        id="languages"
        label={label}
        hint={t("languages.hint")}
        optional
        choices={[{ value: "", text: t("languages.add") }, ...(codes.length < MOST ? others : [])]}
        value=""
        onValue={(code) => code && put([...codes, code])}
        mistakes={errors}
      />
      <ul class="row languages-spoken" tabIndex={-1} ref={list} aria-label={label}>
        {codes.map((code) => (
          <li key={code}>
            {languageName(code)}{" "}
            <button
              type="button"
              class="link"
              onClick={() => {
                put(codes.filter((one) => one !== code));
                list.current?.focus();
              }}
            >
              {t("languages.remove")} <span class="unseen">{languageName(code)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
