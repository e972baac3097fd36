/** The preview of the edited hours: visits per weekday as text, and the next week as a grid. */
import type { Schemas } from "../../api/client";
import { plural, t } from "../../lib/i18n/i18n";
import { addDays, shortDay, weekDays } from "../../lib/time/time";
import { Details } from "../Details";
import { WeekGrid } from "../week/WeekGrid";
import { nextMonday, type Rule, slotsOn, type Visit, WEEKDAYS } from "./rules";
import type { Source } from "./source";

interface Props {
  rules: Rule[];
  slot: number;
  visits: readonly Visit[];
  timeOff: readonly Schemas["TimeOff"][];
  source: Source;
}

export function Preview({ rules, slot, visits, timeOff, source }: Props) {
  const monday = nextMonday();
  const total = WEEKDAYS.reduce((sum, weekday) => sum + slotsOn(weekday, rules, slot), 0);
  const shown = visits.map((visit) => ({
    ...visit,
    patient: visit.patient.full_name,
    href: source.href(visit),
  }));
  return (
    <section class="stack">
      <h2>{t("availability.preview")}</h2>
      <p>{plural("availability.total", total)}</p>
      <div class="preview-days">
        <Details
          of={WEEKDAYS.map((weekday) => [
            t(`weekday.${weekday}`),
            countText(slotsOn(weekday, rules, slot), hours(rules, weekday)),
          ])}
        />
      </div>
      <details class="preview-week">
        <summary>
          {t("availability.preview.week", { from: shortDay(monday), to: shortDay(addDays(monday, 6)) })}
        </summary>
        <WeekGrid
          days={weekDays(monday)}
          visits={shown.filter(({ status }) => status !== "cancelled")}
          timeOff={timeOff}
          openHours={rules}
        />
      </details>
    </section>
  );
}

/** "Monday 09:00–12:00, 13:00–17:00; Tuesday …" */
export function weekText(rules: readonly Rule[]): string {
  const days = WEEKDAYS.filter((weekday) => hours(rules, weekday));
  return (
    days.map((weekday) => `${t(`weekday.${weekday}`)} ${hours(rules, weekday)}`).join("; ") ||
    t("availability.no_hours")
  );
}

function hours(rules: readonly Rule[], weekday: string): string {
  return rules
    .filter((rule) => rule.weekday === weekday)
    .map(({ starts, ends }) => `${starts}–${ends}`)
    .join(", ");
}

function countText(count: number, hours: string): string {
  return hours ? plural("availability.visits", count, { hours }) : t("availability.free");
}
