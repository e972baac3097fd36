/** A labelled checkbox. */
interface Props {
  id: string;
  label: string;
  hint?: string;
  checked: boolean;
  onValue: (checked: boolean) => void;
}

export function Checkbox({ id, label, hint, checked, onValue }: Props) {
  return (
    <label class="radio" for={id}>
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onValue(event.currentTarget.checked)} />
      <span>
        {label}
        {hint && <span class="hint"> {hint}</span>}
      </span>
    </label>
  );
}
