/** A confirmation dialog, with an optional reason. For destructive actions, Enter and Escape cancel. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useDraft } from "../lib/forms/draft";
import { type Mistake, missing, useForm } from "../lib/forms/form";
import type { Key } from "../lib/i18n/i18n";
import { Dialog } from "./Dialog";
import { ErrorSummary } from "./forms/ErrorSummary";
import { TextArea } from "./forms/TextArea";

interface Reason {
  /** The name of its draft. */
  draft: string;
  id?: string;
  label: string;
  hint?: string;
  longest?: number;
  /** The mistake for a missing reason; without it the reason is optional. */
  needed?: Key;
}

interface Props {
  title: string;
  /** The subject. */
  children: ComponentChildren;
  reason?: Reason;
  keep: string;
  act: string;
  busy: string;
  /** The action is destructive: the cancelling button is emphasised and has the focus, unless a reason is required. */
  danger?: boolean;
  /** The label of the closing button after the action has become impossible. */
  over?: string | false;
  onClose: () => void;
  /** Run the action with the reason; close the dialog, or return the mistakes. */
  send: (reason: string | null) => Promise<Mistake[]>;
}

export function AskDialog({ title, children, reason, keep, act, busy, danger = false, over, onClose, send }: Props) {
  const { draft = "", needed, id = "reason", longest = 500, ...words } = reason ?? {};
  const { value, set, drop } = useDraft(draft, "");
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (danger && !needed) safe.current?.focus();
  }, []);
  const form = useForm(
    () => (needed ? missing({ [id]: { value, say: needed } }) : []),
    async () => {
      const found = await send(value.trim() || null);
      if (found.length === 0) drop();
      return found;
    },
  );
  return (
    <Dialog title={title} onClose={onClose}>
      <ErrorSummary mistakes={form.errors} />
      {children}
      <form noValidate onSubmit={form.submit}>
        {reason && !over && (
          <TextArea
            {...words}
            id={id}
            label={reason.label}
            optional={!needed}
            rows={needed ? 3 : 2}
            longest={longest}
            value={value}
            onValue={set}
            mistakes={form.errors}
          />
        )}
        <div class="row">
          <button type="button" class={danger || over ? "button" : "button quiet"} ref={safe} onClick={onClose}>
            {over || keep}
          </button>
          {!over && (
            <button type="submit" class={danger ? "button danger" : "button"} aria-disabled={form.busy}>
              {form.busy ? busy : act}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
