/** The summary before booking: doctor, time, place. */

import type { RefObject } from "preact";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { timesHref } from "../../../lib/routing/booking-links";
import { clock, dayOf, type Instant, longDay, zoneLabel } from "../../../lib/time/time";
import { Details } from "../../../ui/Details";
import { TypeFacts } from "../../../ui/types/TypeFacts";
import type { FoundDoctor } from "./found-doctor";

interface Props {
  doctor: FoundDoctor;
  start: Instant;
  /** Undefined while the free times are loading. */
  slot: Schemas["Slot"] | undefined;
  type: Schemas["OfferedVisitType"] | null;
  heading: RefObject<HTMLHeadingElement | null>;
}

export function BookSummary({ doctor, start, slot, type, heading }: Props) {
  return (
    <section class="card book-summary" aria-labelledby="chosen">
      <div class="row between">
        <h2 id="chosen" tabIndex={-1} ref={heading}>
          {longDay(dayOf(start))}
          <span class="unseen">, </span>
          <b>{slot ? `${clock(start)}–${clock(slot.ends_at)}` : clock(start)}</b>
        </h2>
        <a href={timesHref(doctor.id, dayOf(start))}>
          {t("book.change")}
          <span class="unseen"> {t("book.change.what")}</span>
        </a>
      </div>
      <p class="muted small">{zoneLabel(start)}</p>
      <Details
        of={[
          [t("book.doctor"), doctor.full_name],
          [t("book.specialty"), specialtyName(doctor)],
          [t("book.place"), doctor.room],
        ]}
      />
      {type && <TypeFacts of={type} named />}
    </section>
  );
}
