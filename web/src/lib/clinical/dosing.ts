/** Frequencies and routes of prescriptions, stored as typed text, in the reader's language; other text stays as it is. */
import { codesOf, plural, t, tCode } from "../i18n/i18n";

/** A frequency that both languages can say. */
interface Frequency {
  atMost: boolean;
  times: number;
  per: "day" | "week";
  at: Moment | null;
}

type Moment = "morning" | "noon" | "evening" | "night";

const WORDS: Readonly<Record<string, number>> = { once: 1, twice: 2, einmal: 1, zweimal: 2, dreimal: 3, viermal: 4 };
const MOMENTS: readonly [RegExp, Moment][] = [
  [/^(in the |every )?mornings?$|^morgens$|^jeden morgen$/, "morning"],
  [/^(at )?noon$|^mittags$/, "noon"],
  [/^(in the |every )?evenings?$|^abends$|^jeden abend$/, "evening"],
  [/^(at |every )?(night|bedtime)$|^zur nacht$|^vor dem schlafen(gehen)?$/, "night"],
];
const TIMES =
  /^(?<most>up to |bis zu )?(?:(?<word>once|twice|einmal|zweimal|dreimal|viermal)|(?<number>\d{1,2})(?: times|x|-mal| mal)) ?(?<per>a day|daily|per day|täglich|am tag|pro tag|a week|weekly|per week|wöchentlich|pro woche)(?:,? (?<at>.+))?$/;
const HOURS = /^(?:every|alle) (?<hours>\d{1,2}) (?:hours|stunden|h)$/;

/** "3-mal täglich" for "3 times a day"; any other text as it is stored. */
export function frequencyText(stored: string): string {
  const text = stored.trim().toLowerCase().replace(/\s+/g, " ");
  if (/^(as needed|when needed|if needed|bei bedarf)$/.test(text)) return t("frequency.as_needed");
  const hours = HOURS.exec(text)?.groups?.hours;
  if (hours) return plural("frequency.hours", Number(hours));
  const known = frequencyOf(text);
  return known ? say(known) : stored;
}

/** "zum Einnehmen" for "oral"; the stored text for any other route. */
export function routeText(stored: string): string {
  const text = stored.trim().toLowerCase();
  const code = codesOf("route").find((one) => one === text);
  return code ? tCode("route", code, stored) : stored;
}

function frequencyOf(text: string): Frequency | null {
  const alone = text === "daily" || text === "täglich" ? null : momentOf(text);
  if (alone || text === "daily" || text === "täglich") return { atMost: false, times: 1, per: "day", at: alone };
  const found = TIMES.exec(text)?.groups;
  if (!found) return null;
  const at = found.at === undefined ? null : momentOf(found.at);
  // further words that are no time of day may matter
  if (found.at !== undefined && at === null) return null;
  const times = found.word ? (WORDS[found.word] ?? 0) : Number(found.number);
  return { atMost: found.most !== undefined, times, per: /w/.test(found.per ?? "") ? "week" : "day", at };
}

function momentOf(text: string): Moment | null {
  return MOMENTS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

function say({ atMost, times, per, at }: Frequency): string {
  const often = plural(`frequency.${per}`, times);
  const bounded = atMost ? t("frequency.at_most", { often }) : often;
  return at ? `${bounded}, ${t(`frequency.${at}`)}` : bounded;
}
