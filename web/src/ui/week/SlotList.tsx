/** Free times of some days of the clinic, as links: a column for each day, on phones one list after the other. */
import { t } from "../../lib/i18n/i18n";
import { clock, type Day, type Instant, longWhen, shortDay } from "../../lib/time/time";
import "../../style/components/week.css";

interface Slot {
  starts_at: Instant;
  ends_at: Instant;
  day: Day;
}

interface Props<S extends Slot> {
  days: readonly Day[];
  /** In order of time. */
  slots: readonly S[];
  /** The address of a time; without it times are plain text. */
  href?: (slot: S) => string;
  /** The text of a day without times. */
  empty?: string;
  /** The names of days on which the hospital is closed. */
  closed?: ReadonlyMap<Day, string>;
}

/** Days are `h3`, so the page has an `h2` for the week. */
export function SlotList<S extends Slot>({ days, slots, href, empty = t("slots.none"), closed }: Props<S>) {
  return (
    <div class="slots">
      {days.map((day) => {
        const free = slots.filter((slot) => slot.day === day);
        const name = closed?.get(day);
        return (
          <div key={day}>
            <h3>{shortDay(day)}</h3>
            {free.length === 0 && <p class="muted">{name ? t("slots.closed", { name }) : empty}</p>}
            {free.length > 0 && (
              <ul>
                {free.map((slot) => (
                  <li key={slot.starts_at}>
                    {href ? (
                      <a href={href(slot)} aria-label={longWhen(slot.starts_at)}>
                        {clock(slot.starts_at)}
                      </a>
                    ) : (
                      <span>{clock(slot.starts_at)}</span>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </div>
        );
      })}
    </div>
  );
}
