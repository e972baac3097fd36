/** The chosen time is not free: the reason, and the nearest free times. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { bookHref, timesHref } from "../../../lib/routing/booking-links";
import { dayOf, type Instant, longWhen, now } from "../../../lib/time/time";
import type { FoundDoctor } from "./found-doctor";

const NEAREST = 5;

interface Props {
  doctor: FoundDoctor;
  start: Instant;
  free: readonly Schemas["Slot"][];
}

/** A time that was not free when the page opened. */
export function TimeTaken({ doctor, start, free }: Props) {
  const requestedAt = Date.parse(start);
  const distance = (at: Instant): number => Math.abs(Date.parse(at) - requestedAt);
  const times = free
    .map(({ starts_at }) => starts_at)
    .sort((one, other) => distance(one) - distance(other))
    .slice(0, NEAREST)
    .sort();
  const say = t(requestedAt < now() ? "book.past" : "book.not_free");
  return <OtherTimes doctor={doctor} times={times} say={say} />;
}

interface OtherProps {
  doctor: FoundDoctor;
  times: readonly Instant[];
  say: ComponentChildren;
  /** Focused, because it answers the submit. */
  focus?: boolean;
}

export function OtherTimes({ doctor, times, say, focus = false }: OtherProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focus) box.current?.focus();
  }, [focus]);
  return (
    <div class="warning book-taken" role="alert" tabIndex={-1} ref={box}>
      <p>
        <b>{say}</b>
      </p>
      {times.length > 0 && <p>{t("book.others")}</p>}
      <ul>
        {times.map((time) => (
          <li key={time}>
            <a href={bookHref(doctor.id, time)}>{longWhen(time)}</a>
          </li>
        ))}
      </ul>
      <p>
        <a href={timesHref(doctor.id, times[0] ? dayOf(times[0]) : null)}>{t("book.all_times")}</a>
      </p>
    </div>
  );
}
