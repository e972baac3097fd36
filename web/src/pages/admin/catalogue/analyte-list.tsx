/** The analytes of a test in display order, chosen from the whole catalogue. */

import { useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { Select } from "../../../ui/forms/Select";

interface Props {
  chosen: readonly string[];
  known: readonly Schemas["Analyte"][];
  put: (chosen: string[]) => void;
}

export function AnalyteList({ chosen, known, put }: Props) {
  const [next, setNext] = useState("");
  const [message, setMessage] = useState("");
  const group = useRef<HTMLFieldSetElement>(null);
  const name = (code: string): string => {
    const found = known.find((one) => one.code === code);
    return found ? nameOf(found) : code;
  };
  const add = (): void => {
    if (next === "") return;
    put([...chosen, next]);
    setMessage(t("analytes.added", { name: name(next) }));
    setNext("");
  };
  const remove = (code: string): void => {
    put(chosen.filter((one) => one !== code));
    setMessage(t("analytes.removed", { name: name(code) }));
    // the pressed button is removed
    group.current?.focus();
  };
  const raise = (n: number): void => {
    const [above, moved] = [chosen[n - 1], chosen[n]];
    if (above === undefined || moved === undefined) return;
    put([...chosen.slice(0, n - 1), moved, above, ...chosen.slice(n + 1)]);
    setMessage(t("analytes.raised", { name: name(moved), place: n }));
  };
  const left = known.filter(({ code }) => !chosen.includes(code));
  return (
    <fieldset id="analytes" class="analytes" tabIndex={-1} ref={group}>
      <legend>{t("analytes.title")}</legend>
      <p class="hint">{t("analytes.hint")}</p>
      <p class="unseen" role="status">
        {message}
      </p>
      {chosen.length > 0 && (
        <ol>
          {chosen.map((code, n) => (
            <li key={code}>
              <span>
                {name(code)} <span class="muted small">{code}</span>
              </span>
              <span class="row">
                {n > 0 && (
                  <button
                    type="button"
                    class="button quiet small"
                    aria-label={t("analytes.raise.of", { name: name(code) })}
                    onClick={() => raise(n)}
                  >
                    {t("analytes.raise")}
                  </button>
                )}
                <button
                  type="button"
                  class="button quiet small"
                  aria-label={t("analytes.remove.of", { name: name(code) })}
                  onClick={() => remove(code)}
                >
                  {t("analytes.remove")}
                </button>
              </span>
            </li>
          ))}
        </ol>
      )}
      {left.length > 0 && (
        <div class="add-analyte">
          <Select
            id="analyte"
            label={t("analytes.add")}
            choices={[
              { value: "", text: t("analytes.choose") },
              ...left.map((one) => ({ value: one.code, text: `${nameOf(one)} (${one.code})` })),
            ]}
            value={next}
            onValue={setNext}
          />
          <button type="button" class="button quiet" onClick={add}>
            {t("analytes.add.submit")}
          </button>
        </div>
      )}
    </fieldset>
  );
}
