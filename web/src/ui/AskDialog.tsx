/** Asks before an act, and for a reason where one is of use. Where something ends by it, Enter and Escape let it be. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useDraft } from "../lib/draft";
import { type Mistake, missing, useForm } from "../lib/form";
import type { Key } from "../lib/i18n";
import { Dialog } from "./Dialog";
import { ErrorSummary } from "./forms/ErrorSummary";
import { TextArea } from "./forms/TextArea";

interface Reason {
  /** The name that it is kept under until it is sent. */
  draft: string;
  id?: string;
  label: string;
  hint?: string;
  longest?: number;
  /** Said where it is missing; without it the reason may be left out. */
  needed?: Key;
}

interface Props {
  title: string;
  /** What it is about. */
  children: ComponentChildren;
  reason?: Reason;
  keep: string;
  act: string;
  busy: string;
  /** Something ends by the act: keeping it stands out and has the focus, unless a reason is to be written first. */
  danger?: boolean;
  /** There is nothing left to ask: the button that closes is called so. */
  over?: string | false;
  onClose: () => void;
  /** Acts, with the reason where one was given, and closes the dialog; what went wrong otherwise. */
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
      <ErrorSummary mistakes={form.wrong} />
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
            mistakes={form.wrong}
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
