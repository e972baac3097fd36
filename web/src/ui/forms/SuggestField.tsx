/** A search box for doctors with suggestions while typing: specialties, complaints and names (an ARIA combobox). */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { plural, t } from "../../lib/i18n/i18n";
import { allInLanguage, inLanguage } from "../../lib/i18n/in-languages";
import { go } from "../../lib/routing/router";
import { Control, type ControlProps } from "./Control";

type Suggestion = Schemas["Suggestion"];

/** The pause in ms after which suggestions are asked for. */
const PAUSE_MS = 150;
const SHORTEST = 2;

interface InputProps {
  id: string;
  value: string;
  onValue: (value: string) => void;
}

export function SuggestField({ value, onValue, ...control }: ControlProps & Omit<InputProps, "id">) {
  return (
    <Control {...control}>{(attributes) => <SuggestInput {...attributes} value={value} onValue={onValue} />}</Control>
  );
}

export function SuggestInput({ id, value, onValue, ...attributes }: InputProps & { name?: string }) {
  const { found, ask, close } = useSuggestions();
  const [active, setActive] = useState(-1);
  const list = `${id}-list`;
  const shut = (): void => {
    close();
    setActive(-1);
  };
  const choose = (one: Suggestion): void => {
    shut();
    go(hrefOf(one));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = found[active];
    if (found.length > 0 && step) {
      // one place before the first is the typed text
      setActive(((active + 1 + step + found.length + 1) % (found.length + 1)) - 1);
    } else if (found.length > 0 && event.key === "Escape") shut();
    else if (event.key === "Enter" && chosen) choose(chosen);
    else {
      if (event.key === "Enter") shut();
      return;
    }
    event.preventDefault();
  };
  const combobox = {
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": found.length > 0,
    "aria-activedescendant": active < 0 ? undefined : `${id}-${active}`,
  };
  return (
    <div class="input suggest">
      <input
        {...attributes}
        id={id}
        name={attributes.name ?? id}
        type="search"
        // the JSX types demand a datalist of a combobox
        {...({ ...combobox, "aria-controls": list } as object)}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={100}
        value={value}
        onInput={(event) => {
          onValue(event.currentTarget.value);
          setActive(-1);
          ask(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={shut}
      />
      <div class="suggest-list" id={list} role="listbox" aria-label={t("suggest.list")} hidden={found.length === 0}>
        {found.map((one, place) => (
          <div
            key={`${one.kind} ${one.doctor_id} ${one.text.en}`}
            id={`${id}-${place}`}
            class="suggest-one"
            role="option"
            tabIndex={-1}
            aria-selected={place === active}
            // the box keeps the focus
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(one)}
            onKeyDown={onKeyDown}
          >
            {inLanguage(one.text)} <span class="muted small">{aboutOf(one)}</span>
          </div>
        ))}
      </div>
      <span class="unseen" role="status">
        {found.length > 0 && plural("suggest.count", found.length)}
      </span>
    </div>
  );
}

function aboutOf({ kind, specialties }: Suggestion): string {
  return kind === "specialty" ? t("suggest.specialty") : allInLanguage(specialties);
}

function hrefOf({ doctor_id, code, text }: Suggestion): string {
  if (doctor_id !== null) return `/doctors/${doctor_id}`;
  return `/doctors?${new URLSearchParams(code ? { specialty: code } : { q: inLanguage(text) })}`;
}

/** The suggestions for the text typed last; none after a failure, because the search works without them. */
function useSuggestions() {
  const [found, setFound] = useState<readonly Suggestion[]>([]);
  const newest = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const close = (): void => {
    clearTimeout(timer.current);
    newest.current += 1;
    setFound([]);
  };
  const ask = (typed: string): void => {
    clearTimeout(timer.current);
    newest.current += 1;
    const asked = newest.current;
    const q = typed.trim();
    if (q.length < SHORTEST) {
      setFound([]);
      return;
    }
    timer.current = setTimeout(async () => {
      const answer = await outcome(api.GET("/api/doctors/suggestions", { params: { query: { q } } }));
      if (asked === newest.current) setFound(answer.ok ? answer.data.items : []);
    }, PAUSE_MS);
  };
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      newest.current += 1;
    },
    [],
  );
  return { found, ask, close };
}
