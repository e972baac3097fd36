/** The colours of chips; each has a word beside it. */
export type Tone = "booked" | "confirmed" | "arrived" | "completed" | "cancelled" | "no-show" | "critical";
