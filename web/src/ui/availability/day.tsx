/** One weekday of the editor: its periods, adding one, and copying them to other days. */
import { useRef } from "preact/hooks";
import type { Mistake } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { Field } from "../forms/Field";
import { added, type Interval, type Weekday } from "./rules";

interface Props {
  weekday: Weekday;
  /** Mistakes of the whole week. */
  stretches: readonly Interval[];
  put: (stretches: Interval[]) => void;
  copy: () => void;
  errors: readonly Mistake[];
}

export function DayRow({ weekday, stretches, put, copy, errors }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const own = stretches.filter((one) => one.weekday === weekday);
  const day = t(`weekday.${weekday}`);
  const set = (id: number, change: Partial<Interval>): void =>
    put(stretches.map((one) => (one.id === id ? { ...one, ...change } : one)));
  return (
    <section class="weekday" aria-label={day}>
      <h3 tabIndex={-1} ref={heading}>
        {day}
      </h3>
      <div class="stretches">
        {own.length === 0 && <p class="muted">{t("availability.free")}</p>}
        {own.map(({ id, starts, ends }) => (
          <div key={id} class="stretch">
            <Field
              id={`starts-${id}`}
              type="time"
              label={t("availability.from")}
              value={starts}
              onValue={(value) => set(id, { starts: value })}
              mistakes={errors}
            />
            <Field
              id={`ends-${id}`}
              type="time"
              label={t("availability.to")}
              value={ends}
              onValue={(value) => set(id, { ends: value })}
              mistakes={errors}
            />
            <button
              type="button"
              class="link"
              onClick={() => {
                put(stretches.filter((one) => one.id !== id));
                heading.current?.focus();
              }}
            >
              {t("availability.remove")} <span class="unseen">{`${day} ${starts}`}</span>
            </button>
          </div>
        ))}
      </div>
      <div class="row weekday-acts">
        <button type="button" class="button quiet small" onClick={() => put(added(stretches, weekday))}>
          {t("availability.add")} <span class="unseen">{day}</span>
        </button>
        <button type="button" class="button quiet small" onClick={copy}>
          {t("availability.copy")} <span class="unseen">{day}</span>
        </button>
      </div>
    </section>
  );
}
