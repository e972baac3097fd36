/** The last value of each vital sign with its day; blood pressure and weight with a small line and its text. */
import { lastValues, type Measure, measured, nameOf, type VitalSigns, valid } from "../../../lib/clinical/vitals";
import { plural, t } from "../../../lib/i18n/i18n";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Sparkline } from "../../../ui/charts/Sparkline";
import "../../../style/components/vitals.css";

const DRAWN = 12;
const LINES = { pressure: ["systolic", "diastolic"], weight: ["weight"] } as const;

export default function LastValues({ items }: { items: readonly VitalSigns[] }) {
  const last = lastValues(items);
  if (last.length === 0) return <p class="muted small">{t("vitals.none")}</p>;
  return (
    <ul class="plain last-vitals">
      {last.map(({ measure, text, of }) => (
        <li key={measure}>
          <span>
            {nameOf(measure)} <b class="at">{text}</b>
          </span>{" "}
          <span class="muted small">{dateOnly(dayOf(of.measured_at))}</span>
          {(measure === "pressure" || measure === "weight") && <Course items={items} measure={measure} />}
        </li>
      ))}
    </ul>
  );
}

/** The values before the last one. */
function Course({ items, measure }: { items: readonly VitalSigns[]; measure: Measure & keyof typeof LINES }) {
  const sets = valid(items)
    .filter((one) => measured(one, measure) !== null)
    .slice(0, DRAWN)
    .reverse();
  const [first] = sets;
  if (!first || sets.length < 2) return null;
  return (
    <span class="course">
      <Sparkline
        times={sets.map(({ measured_at }) => Date.parse(measured_at))}
        lines={LINES[measure].map((sign) => sets.map((one) => one[sign]))}
      />
      <span class="muted small">
        {plural("vitals.course", sets.length, {
          day: dateOnly(dayOf(first.measured_at)),
          value: measured(first, measure) ?? "",
        })}
      </span>
    </span>
  );
}
