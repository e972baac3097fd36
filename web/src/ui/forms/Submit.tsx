/** The submit button; while sending it shows so and stays focusable. */
interface Props {
  busy: boolean;
  label: string;
  busyLabel: string;
  id?: string;
}

export function Submit({ busy, label, busyLabel, id = "submit" }: Props) {
  return (
    <button type="submit" id={id} class="button" aria-disabled={busy}>
      {busy ? busyLabel : label}
    </button>
  );
}
