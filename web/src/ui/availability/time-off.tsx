/** Planned time off, the form for more, and the visits inside it. */
import { useRef, useState } from "preact/hooks";
import { t } from "../../lib/i18n/i18n";
import { problemText } from "../../lib/i18n/problem-text";
import type { Loaded } from "../../lib/loading/query";
import { addDays, dayOf, longDay, longWhen, minuteOfDay } from "../../lib/time/time";
import { Ready } from "../Ready";
import type { Listed, Off, Source } from "./source";
import { TakeTimeOff } from "./time-off-form";

interface Props {
  of: Loaded<Listed<Off>>;
  source: Source;
  onChanged: () => void;
}

export function TimeOff({ of, source, onChanged }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [message, setMessage] = useState("");
  const [failed, setFailed] = useState("");
  const tell = (sentence: string): void => {
    setFailed("");
    setMessage(sentence);
    heading.current?.focus();
    onChanged();
  };
  const remove = async (off: Off): Promise<void> => {
    const done = await source.cancelOff(off.id);
    // already deleted counts as deleted
    if (!done.ok && done.problem.code !== "not_found") return setFailed(problemText(done.problem, done.retryAfter));
    of.put({ items: of.data?.items.filter(({ id }) => id !== off.id) ?? [], next_cursor: null });
    tell(t("availability.off.deleted", { when: during(off) }));
  };
  const taken = (off: Off): void => {
    const items = [...(of.data?.items ?? []), off].sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
    of.put({ items, next_cursor: null });
    tell(t("availability.off.taken", { when: during(off) }));
  };
  return (
    <div class="off-columns">
      <div class="off-list">
        <h3 tabIndex={-1} ref={heading}>
          {t("availability.off.planned")}
        </h3>
        <div role="status">
          {failed && <p class="warning">{failed}</p>}
          {message && <p class="done">{message}</p>}
        </div>
        <Ready of={of} empty={<p class="muted">{t("availability.off.none")}</p>}>
          {({ items }) => (
            <ul class="lines">
              {items.map((off) => (
                <li key={off.id}>
                  <span>
                    <b>{during(off)}</b> {off.reason && <span class="muted">{off.reason}</span>}
                  </span>
                  <button type="button" class="button quiet small" onClick={() => void remove(off)}>
                    {t("availability.off.delete")} <span class="unseen">{during(off)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Ready>
      </div>
      <TakeTimeOff source={source} taken={taken} />
    </div>
  );
}

/** Whole days as days, otherwise with times. */
function during({ starts_at, ends_at }: Off): string {
  const whole = minuteOfDay(starts_at) === 0 && minuteOfDay(ends_at) === 0;
  if (!whole) return t("availability.off.span", { from: longWhen(starts_at), to: longWhen(ends_at) });
  const [first, last] = [dayOf(starts_at), addDays(dayOf(ends_at), -1)];
  return first === last ? longDay(first) : t("availability.off.span", { from: longDay(first), to: longDay(last) });
}
