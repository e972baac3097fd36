/** The facts of a booking: times, ordering doctor, tests. */

import { withdrawn } from "../../../lib/clinical/withdrawn";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { dayOf, when } from "../../../lib/time/time";
import { Details } from "../../../ui/Details";
import type { Booking, OneTest } from "../record";

export function Facts({ booking }: { booking: Booking }) {
  const { starts_at, collected_at, ordered_by, note, status_reason } = booking;
  const late = collected_at && starts_at && dayOf(collected_at) !== dayOf(starts_at);
  return (
    <Details
      of={[
        [t("worklist_booking.time"), (!collected_at || late) && (starts_at ? when(starts_at) : t("worklist.any_time"))],
        [t("worklist_booking.ordered_by"), ordered_by?.full_name ?? t("worklist_booking.own_booking")],
        [t("worklist_booking.note"), note],
        [t("worklist_booking.withdrawn"), withdrawn(booking, 0)],
        [t("worklist_booking.reason"), status_reason],
      ]}
    />
  );
}

export function Planned({ tests }: { tests: readonly OneTest[] }) {
  return (
    <section class="section">
      <h2>{t("worklist_booking.tests")}</h2>
      <ul class="lines">
        {tests.map(({ code, test, ...one }) => (
          <li key={code}>
            <b>{nameOf(one)}</b>
            <span class="muted small">{test?.analytes.map(nameOf).join(", ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
