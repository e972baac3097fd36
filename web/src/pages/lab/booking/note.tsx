/** A note that most results do without, behind a line that opens it. */
import { TextArea } from "../../../ui/forms/TextArea";

interface Props {
  id: string;
  label: string;
  /** What the line says. */
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
