/** A patient's preparation for a specimen: the fast and the time of day of the test, then its own text. */

import type { Schemas } from "../../api/client";
import { plural, t } from "../i18n/i18n";
import { inLanguage } from "../i18n/in-languages";
import { clock, type Instant, instantOf, longWhen, today } from "../time/time";

type Collected = Pick<Schemas["BookedTest"], "preparations" | "fasting_hours" | "collect_from" | "collect_until">;

const HOUR = 3_600_000;

/** Sentences for a booked time, or for any time (null); empty where the test needs no preparation. */
export function preparationOf(test: Collected, starts: Instant | null): string {
  return [starts ? null : timeOfDay(test), fast(test, starts), inLanguage(test.preparations)].filter(Boolean).join(" ");
}

/** "Come between 07:00 and 09:00."; null for a test without a time of day. */
export function timeOfDay({ collect_from: from, collect_until: until }: Collected): string | null {
  if (from === null || until === null) return null;
  const shown = (time: string): string => clock(instantOf(today(), time));
  return t("preparation.between", { from: shown(from), until: shown(until) });
}

function fast({ fasting_hours: hours }: Collected, starts: Instant | null): string | null {
  if (hours === 0) return null;
  if (!starts) return plural("preparation.fast", hours);
  const from = new Date(Date.parse(starts) - hours * HOUR).toISOString();
  return t("preparation.fast_from", { when: longWhen(from) });
}
