/** A word on a tint; the colour carries no meaning of its own. */

import type { Tone } from "../lib/clinical/tone";
import { type Key, t } from "../lib/i18n/i18n";

export function Chip({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`chip chip-${tone}`}>{children}</span>;
}

const TONES = {
  appointment: {
    booked: "booked",
    confirmed: "confirmed",
    arrived: "arrived",
    in_progress: "arrived",
    completed: "completed",
    cancelled: "cancelled",
    no_show: "no-show",
    offered: "no-show",
    lapsed: "completed",
  },
  lab: {
    booked: "booked",
    collected: "arrived",
    received: "arrived",
    rejected: "cancelled",
    in_progress: "arrived",
    resulted: "no-show",
    verified: "confirmed",
    cancelled: "cancelled",
  },
  specimen: { expected: "booked", collected: "arrived", received: "confirmed", rejected: "cancelled" },
  referral: {
    sent: "booked",
    accepted: "confirmed",
    declined: "cancelled",
    booked: "confirmed",
    seen: "completed",
    closed: "completed",
    cancelled: "cancelled",
  },
  prescription: { active: "confirmed", stopped: "cancelled", ended: "completed" },
  refill: {
    open: "booked",
    prescribed: "confirmed",
    declined: "cancelled",
    visit_needed: "no-show",
    withdrawn: "completed",
  },
  urgency: { routine: "completed", urgent: "no-show", emergency: "critical" },
} as const satisfies Record<string, Record<string, Tone>>;

type Kind = keyof typeof TONES;

/** The status of a record as a chip. */
export function Status<K extends Kind>({ kind, status }: { kind: K; status: keyof (typeof TONES)[K] & string }) {
  const tones: Record<string, Tone> = TONES[kind];
  return <Chip tone={tones[status] ?? "completed"}>{t(`${kind}.${status}` as Key)}</Chip>;
}
