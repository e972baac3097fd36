/** A search box, and choices beside it, that live in the address: whatever is chosen, the words in the box count. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useForm } from "../../lib/form";
import { type Key, t } from "../../lib/i18n";
import { go, withQuery } from "../../lib/router";
import { Field } from "./Field";

interface Props {
  /** What is looked for now. */
  q: string;
  label: string;
  hint?: string;
  /** On the button. */
  act: ComponentChildren;
  /** What is wrong with the words, where something is. */
  check?: (words: string) => Key | false;
  children?: (choose: (change: Parameters<typeof withQuery>[0]) => void) => ComponentChildren;
}

export function SearchForm({ q, act, check, children, ...box }: Props) {
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  const words = typed.trim();
  const choose = (change: Parameters<typeof withQuery>[0]): void =>
    go(withQuery({ q: words, ...change }), { replace: true });
  const { wrong, submit } = useForm(
    () => {
      const say = check?.(words);
      return say ? [{ field: "q", message: t(say) }] : [];
    },
    async () => {
      choose({});
      return [];
    },
  );
  return (
    <search>
      <form class="filters" noValidate onSubmit={submit}>
        <Field
          {...box}
          id="q"
          type="search"
          value={typed}
          onValue={setTyped}
          mistakes={wrong}
          input={{ maxLength: 100, inputMode: "search" }}
        />
        {children?.(choose)}
        <button type="submit" class="button">
          {act}
        </button>
      </form>
    </search>
  );
}
