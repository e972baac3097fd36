/** Planned time off, the form for more, and the visits inside it. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import type { Loaded } from "../../../lib/loading/query";
import { addDays, dayOf, longDay, longWhen, minuteOfDay } from "../../../lib/time/time";
import { Ready } from "../../../ui/Ready";
import { VisitLines } from "./affected-visits";
import { TakeTimeOff } from "./time-off-form";

type Off = Schemas["TimeOff"];
type List = { items: Off[]; next_cursor: string | null };

export function TimeOff({ of }: { of: Loaded<List> }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [message, setMessage] = useState("");
  const [toMove, setToMove] = useState<Schemas["Visit"][]>([]);
  const [failed, setFailed] = useState("");
  const tell = (sentence: string, visits: Schemas["Visit"][] = []): void => {
    setFailed("");
    setMessage(sentence);
    setToMove(visits);
    heading.current?.focus();
  };
  const remove = async (off: Off): Promise<void> => {
    const params = { path: { time_off_id: off.id } };
    const done = await outcome(api.DELETE("/api/doctor/time-off/{time_off_id}", { params }));
    // already deleted counts as deleted
    if (!done.ok && done.problem.code !== "not_found") return setFailed(problemText(done.problem, done.retryAfter));
    of.put({ items: of.data?.items.filter(({ id }) => id !== off.id) ?? [], next_cursor: null });
    tell(t("availability.off.deleted", { when: during(off) }));
  };
  const taken = ({ to_move, ...off }: Schemas["NewTimeOff"]): void => {
    const items = [...(of.data?.items ?? []), off].sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
    of.put({ items, next_cursor: null });
    tell(t("availability.off.taken", { when: during(off) }), to_move);
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
          {toMove.length > 0 && (
            <div class="warning clash">
              <h4>{plural("availability.to_move", toMove.length)}</h4>
              <VisitLines visits={toMove} />
            </div>
          )}
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
      <TakeTimeOff taken={taken} />
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
