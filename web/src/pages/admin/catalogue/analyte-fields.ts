/** The ranges of a laboratory value as texts of a form; ages as "28d", "6m" or "18y". */
import type { Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { type Day, isDay, today } from "../../../lib/time/time";

type Known = Schemas["KnownAnalyte"];
type Range = Schemas["SetRange"];

export interface TypedRange {
  id: number;
  sex: string;
  from: string;
  to: string;
  low: string;
  high: string;
  critical_low: string;
  critical_high: string;
}

export interface Typed {
  code: string;
  name: string;
  loinc: string;
  decimals: string;
  plain: string;
  unit: string;
  source: string;
  valid_from: Day;
  ranges: TypedRange[];
}

export const BOUNDS = ["critical_low", "low", "high", "critical_high"] as const;
const DAYS = { d: 1, m: 30.4375, y: 365.25 };
const EMPTY = { sex: "", from: "0d", to: "", low: "", high: "", critical_low: "", critical_high: "" };

export function blankRange(ranges: readonly TypedRange[]): TypedRange {
  return { ...EMPTY, id: Math.max(0, ...ranges.map(({ id }) => id)) + 1 };
}

export function typedOf(analyte: Known | null): Typed {
  const { code = "", name = "", loinc = "", decimals = 0, plain = "", unit = "", ranges = [] } = analyte ?? {};
  return {
    ...{ code, name, loinc, plain, decimals: String(decimals), unit: unit ?? "", source: "", valid_from: today() },
    ranges: ranges.map((range, n) => ({
      id: n + 1,
      sex: range.sex ?? "",
      from: ageText(range.age_from_days),
      to: range.age_to_days === null ? "" : ageText(range.age_to_days),
      ...(Object.fromEntries(BOUNDS.map((bound) => [bound, String(range[bound] ?? "")])) as Record<
        (typeof BOUNDS)[number],
        string
      >),
    })),
  };
}

/** The range as the API takes it, and as the preview draws it; null for an unreadable one. */
export function rangeOf(typed: TypedRange): (Range & Pick<Schemas["AppliedRange"], "low" | "high">) | null {
  const [from, to] = [daysOf(typed.from || "0d"), typed.to ? daysOf(typed.to) : null];
  const [critical_low, low, high, critical_high] = BOUNDS.map((bound) => numberOf(typed[bound]));
  const bounds = [critical_low, low, high, critical_high].filter((one) => one !== null && one !== undefined);
  const rising = bounds.every((one, n) => n === 0 || one > (bounds[n - 1] ?? 0));
  if (from === null || (typed.to && to === null) || (to !== null && to <= from)) return null;
  if (bounds.length === 0 || bounds.some(Number.isNaN) || !rising) return null;
  return {
    sex: typed.sex === "female" || typed.sex === "male" ? typed.sex : null,
    age_from_days: from,
    age_to_days: to,
    low: low ?? null,
    high: high ?? null,
    critical_low: critical_low ?? null,
    critical_high: critical_high ?? null,
  };
}

export function rangesOf({ ranges }: Typed): Range[] {
  return ranges.map(rangeOf).filter((one) => one !== null);
}

export function checkedRanges(typed: Typed, isNew: boolean): Mistake[] {
  const wrong = (field: string, say: Parameters<typeof t>[0], is: boolean): Mistake[] =>
    is ? [{ field, message: t(say) }] : [];
  const overlaps = (one: TypedRange): boolean => {
    const own = rangeOf(one);
    return typed.ranges.some((other) => {
      const before = rangeOf(other);
      if (!own || !before || other.id >= one.id || (own.sex ?? "") !== (before.sex ?? "")) return false;
      const [end, beforeEnd] = [own.age_to_days ?? Infinity, before.age_to_days ?? Infinity];
      return (own.age_from_days ?? 0) < beforeEnd && (before.age_from_days ?? 0) < end;
    });
  };
  return [
    ...(isNew
      ? [
          ...wrong(
            "code",
            "malformed.test_code",
            !/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(typed.code) || typed.code === "new",
          ),
          ...wrong("name", "missing.test_name", !typed.name.trim()),
          ...wrong("loinc", "malformed.loinc", !/^[0-9]{1,7}-[0-9]$/.test(typed.loinc)),
          ...wrong("decimals", "ranges.wrong.decimals", !/^[0-4]$/.test(typed.decimals)),
        ]
      : wrong("valid_from", "ranges.wrong.valid_from", !isDay(typed.valid_from) || typed.valid_from < today())),
    ...wrong("unit", "ranges.wrong.unit", !/^[!-~]{0,40}$/.test(typed.unit)),
    ...wrong("source", "ranges.wrong.source", !typed.source.trim()),
    ...typed.ranges.flatMap((one) => [
      ...wrong(`low-${one.id}`, "ranges.wrong.bounds", rangeOf(one) === null),
      ...wrong(`from-${one.id}`, "ranges.wrong.overlap", overlaps(one)),
    ]),
  ];
}

/** "6574 days" as "18y": the unit in which the number is whole. */
export function ageText(days: number): string {
  for (const unit of ["y", "m"] as const) {
    const count = Math.ceil(days / DAYS[unit]);
    if (count > 0 && Math.floor(count * DAYS[unit]) === days) return `${count}${unit}`;
  }
  return `${days}d`;
}

function daysOf(text: string): number | null {
  const [, count, unit] = /^(\d{1,5})\s*([dmy])$/.exec(text.trim().toLowerCase()) ?? [];
  return count && unit ? Math.floor(Number(count) * DAYS[unit as keyof typeof DAYS]) : null;
}

function numberOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text.trim().replace(",", "."));
}
