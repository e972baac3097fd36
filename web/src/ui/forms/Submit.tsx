/** The button that sends a form; while it is being sent it says so and stays in reach of the focus. */
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
