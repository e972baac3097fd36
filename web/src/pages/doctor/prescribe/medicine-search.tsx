/** The name of a medicine: typed freely, or chosen from the doctor's most used and the hospital's list. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { Control, type ControlProps } from "../../../ui/forms/Control";
import { type Choice, ofMedicine, ofUsed, type Used } from "./choices";

/** The pause in ms after which a search starts, and the fewest letters of one. */
const PAUSE_MS = 150;
const LEAST = 2;
const MOST = 8;

interface Props extends ControlProps {
  value: string;
  onValue: (value: string) => void;
  used: readonly Used[];
  choose: (choice: Choice) => void;
}

export function MedicineSearch({ value, onValue, used, choose, ...control }: Props) {
  const { id } = control;
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const choices = useChoices(open ? value.trim() : "", used);
  const shown = open && choices.length > 0;
  const take = (choice: Choice | undefined): void => {
    if (!choice) return;
    setOpen(false);
    choose(choice);
  };
  const press = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setOpen(true);
      // -1 is the typed text
      if (shown) setActive(((active + 1 + step + choices.length + 1) % (choices.length + 1)) - 1);
    } else if (event.key === "Enter" && shown && active >= 0) {
      event.preventDefault();
      take(choices[active]);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      setOpen(false);
    }
  };
  return (
    <Control {...control}>
      {(attributes) => (
        <div class="input combobox">
          <input
            {...attributes}
            type="text"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={shown}
            aria-controls={`${id}-list`}
            aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={200}
            value={value}
            onInput={(event) => {
              setOpen(true);
              setActive(-1);
              onValue(event.currentTarget.value);
            }}
            onKeyDown={press}
            onBlur={() => setOpen(false)}
          />
          <div class="choices" id={`${id}-list`} role="listbox" aria-label={t("prescribe.found")} hidden={!shown}>
            {choices.map((choice, n) => (
              <button
                type="button"
                tabIndex={-1}
                key={choice.key}
                id={`${id}-${n}`}
                role="option"
                aria-selected={n === active}
                // a press must not take the focus from the input, which would close the list
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => take(choice)}
              >
                <b>{choice.name}</b> <span class="small">{choice.about}</span>
              </button>
            ))}
          </div>
        </div>
      )}
    </Control>
  );
}

/** The doctor's most used medicines with this text, then the list's. The list of an earlier text stays until the next. */
function useChoices(typed: string, used: readonly Used[]): Choice[] {
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.length < LEAST ? "" : typed.slice(0, 100)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useLoad(() => search(q), [q]);
  const last = useRef(found.data);
  last.current = found.data ?? last.current;
  if (typed.length < LEAST) return [];
  const own = used.filter(({ medicine }) => medicine.toLowerCase().includes(typed.toLowerCase())).slice(0, 3);
  return [...own.map(ofUsed), ...(last.current?.items ?? []).map(ofMedicine)];
}

async function search(q: string): Promise<Outcome<Schemas["FoundMedicines"]>> {
  if (q === "") return { ok: true, data: { items: [], rules_version: "" } };
  return outcome(api.GET("/api/medicines", { params: { query: { q, limit: MOST } } }));
}
