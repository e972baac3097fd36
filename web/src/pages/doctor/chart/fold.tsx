/** Details rendered only when opened: a chart has dozens. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export function Fold({ title, children }: { title: string; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && children}
    </details>
  );
}
