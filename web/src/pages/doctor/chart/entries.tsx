/** An editable list in a chart; a dialog adds, changes and removes entries. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, useForm } from "../../../lib/forms/form";
import { type Key, t } from "../../../lib/i18n/i18n";
import { Dialog } from "../../../ui/Dialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";

export interface ListProps<T> {
  /** The prefix of its message keys. */
  name: "allergies" | "problems";
  patient: number;
  entries: readonly T[];
  fresh: T;
  /** The key of an entry. */
  nameOf: (entry: T) => string;
  show: (entry: T) => ComponentChildren;
  fields: (value: T, set: (value: T) => void, errors: readonly Mistake[]) => ComponentChildren;
  check: (value: T) => Mistake[];
  save: (entries: T[]) => Promise<Mistake[]>;
  /** Shown for an empty list. */
  empty: ComponentChildren;
}

export function ChartList<T>(props: ListProps<T>) {
  const { name, entries, nameOf, show, empty } = props;
  const [open, setOpen] = useState<{ entry: T | null } | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const word = (key: string): string => t(`${name}.${key}` as Key);
  const close = (changed: boolean): void => {
    setOpen(null);
    // the opening button may be removed with the entry
    if (changed) setTimeout(() => heading.current?.focus());
  };
  return (
    <section class="stack close" aria-labelledby={`${name}-heading`}>
      <div class="row between">
        <h2 id={`${name}-heading`} tabIndex={-1} ref={heading}>
          {word("title")}
        </h2>
        <button type="button" class="button quiet small" onClick={() => setOpen({ entry: null })}>
          {word("add")}
        </button>
      </div>
      {entries.length === 0 && empty}
      {entries.length > 0 && (
        <ul class="lines chart-list">
          {entries.map((entry) => (
            <li key={nameOf(entry)}>
              <div>{show(entry)}</div>
              <button
                type="button"
                class="link"
                aria-label={t("entry.change.of", { name: nameOf(entry) })}
                onClick={() => setOpen({ entry })}
              >
                {t("entry.change")}
              </button>
            </li>
          ))}
        </ul>
      )}
      {open && <EntryDialog {...props} entry={open.entry} onClose={close} />}
    </section>
  );
}

function EntryDialog<T>({
  entry,
  onClose,
  ...list
}: ListProps<T> & { entry: T | null; onClose: (changed: boolean) => void }) {
  const { name, entries, nameOf, save } = list;
  const about = entry === null ? "" : nameOf(entry);
  const draft = useDraft(`chart.${list.patient}.${name}.${about}`, entry ?? list.fresh);
  const others = entries.filter((one) => nameOf(one) !== about);
  const isThere = others.length < entries.length;
  const done = (errors: Mistake[]): Mistake[] => {
    if (errors.length === 0) {
      draft.drop();
      onClose(true);
    }
    return errors;
  };
  const twice = { field: `${name}-name`, message: t(`${name}.twice`) };
  const changed = (): T[] =>
    isThere ? entries.map((one) => (nameOf(one) === about ? draft.value : one)) : [...entries, draft.value];
  const isTwice = (): boolean => others.some((one) => nameOf(one).toLowerCase() === nameOf(draft.value).toLowerCase());
  const form = useForm(
    () => [...list.check(draft.value), ...(isTwice() ? [twice] : [])],
    async () => done(await save(changed())),
  );
  const removing = useForm(
    () => [],
    async () => done(await save(others)),
  );
  const errors = [...form.errors, ...removing.errors];
  const leave = (): void => {
    draft.drop();
    onClose(false);
  };
  return (
    <Dialog title={about || t(`${name}.add`)} onClose={leave}>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={form.submit}>
        {list.fields(draft.value, draft.set, errors)}
        <div class="row">
          <Submit id={`${name}-save`} busy={form.busy} label={t("entry.save")} busyLabel={t("entry.busy")} />
          {entry !== null && (
            <button type="button" class="button quiet" aria-disabled={removing.busy} onClick={removing.submit}>
              {t("entry.remove")}
            </button>
          )}
          <button type="button" class="link" onClick={leave}>
            {t("entry.leave")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
