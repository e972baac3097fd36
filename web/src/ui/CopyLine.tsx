/** A text that is shown once, with a button that copies it. Styles: admin.css. */
import { useRef, useState } from "preact/hooks";
import { type Key, t } from "../lib/i18n/i18n";

interface Props {
  text: string;
  /** The name of the input. */
  label: string;
  copy: string;
  say: { copied: Key; failed: Key };
}

export function CopyLine({ text, label, copy, say }: Props) {
  const box = useRef<HTMLInputElement>(null);
  const [message, setMessage] = useState<Key | null>(null);
  const press = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setMessage(say.copied);
    } catch {
      // the browser may forbid writing to the clipboard: select the text for copying by keyboard
      box.current?.select();
      setMessage(say.failed);
    }
  };
  return (
    <>
      <div class="invitation-link">
        <div class="input">
          <input ref={box} readOnly value={text} aria-label={label} onFocus={(event) => event.currentTarget.select()} />
        </div>
        <button type="button" class="button" onClick={() => void press()}>
          {copy}
        </button>
      </div>
      <p role="status">{message && t(message)}</p>
    </>
  );
}
