/** A word on a tint. The word says it all; the colour only helps. */
export type Tone = "booked" | "confirmed" | "arrived" | "completed" | "cancelled" | "no-show" | "critical";

export function Chip({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`chip chip-${tone}`}>{children}</span>;
}
