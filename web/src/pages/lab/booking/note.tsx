/** An optional note, opened by a button. */
import { TextArea } from "../../../ui/forms/TextArea";

interface Props {
  id: string;
  label: string;
  /** The button's text. */
  open: string;
  text: string;
  onText: (text: string) => void;
}

export function Note({ id, label, open, text, onText }: Props) {
  return (
    <details class="note" open={text !== ""}>
      <summary>{open}</summary>
      <TextArea id={id} label={label} optional rows={2} value={text} onValue={onText} />
    </details>
  );
}
