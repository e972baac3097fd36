/** A search box and filters kept in the address; changing a filter also applies the typed words. */
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useForm } from "../../lib/forms/form";
import { type Key, t } from "../../lib/i18n/i18n";
import { go, withQuery } from "../../lib/routing/router";
import type { ControlProps } from "./Control";
import { Field } from "./Field";

interface Props {
  /** The current query. */
  q: string;
  label: string;
  hint?: string;
  /** The button's label. */
  act: ComponentChildren;
  /** The mistake in the query, if any. */
  check?: (words: string) => Key | false;
  /** The search box, if it is not a plain field. */
  Box?: ComponentType<ControlProps & { value: string; onValue: (value: string) => void }>;
  children?: (choose: (change: Parameters<typeof withQuery>[0]) => void) => ComponentChildren;
}

export function SearchForm({ q, act, check, Box = Plain, children, ...box }: Props) {
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  const words = typed.trim();
  const choose = (change: Parameters<typeof withQuery>[0]): void =>
    go(withQuery({ q: words, ...change }), { replace: true });
  const { errors, submit } = useForm(
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
        <Box {...box} id="q" value={typed} onValue={setTyped} mistakes={errors} />
        {children?.(choose)}
        <button type="submit" class="button">
          {act}
        </button>
      </form>
    </search>
  );
}

function Plain(box: ControlProps & { value: string; onValue: (value: string) => void }) {
  return <Field {...box} type="search" input={{ maxLength: 100, inputMode: "search" }} />;
}
