/** Checks a chosen time of a doctor (`?start=`) and books it. */
import { useEffect, useRef } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { isOtherAge } from "../../../lib/i18n/ages";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { type Day, dayOf, type Instant, today } from "../../../lib/time/time";
import "../../../style/portals/patient.css";
import { timesHref, typeHere } from "../../../lib/routing/booking-links";
import type { PageProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { loadSlots } from "../../../ui/week/FreeWeek";
import { BookForm } from "./form";
import { ByPhone } from "./found-doctor";
import { BookingPatient } from "./patient";
import { BookSummary } from "./summary";
import { TimeTaken } from "./taken";

export default function Book({ params, query, config, account }: PageProps) {
  const id = Number(params.id);
  const start = instantIn(query.get("start"));
  const doctor = useLoad(
    () => outcome(api.GET("/api/doctors/{doctor_id}", { params: { path: { doctor_id: id } } })),
    [id],
  );
  const type = typeHere();
  const near = useLoad(() => loadSlots(id, firstOf(start), type), [id, start, type]);
  // keyed by the doctor: kept when another time is chosen
  const reason = useDraft(`book.${id}`, "");
  const heading = useFocusOn(start);

  const slot = near.data?.items.find(({ starts_at }) => Date.parse(starts_at) === Date.parse(start ?? ""));
  const gone = near.data !== undefined && !slot;
  // the doctor's page says why, and names colleagues
  const left = doctor.failure?.problem.code === "not_found";
  useEffect(() => {
    if (left) go(timesHref(id, null), { replace: true });
  }, [left, id]);
  return (
    <Ready of={doctor} whole>
      {(found) => {
        const otherAge = start !== null && isOtherAge(found.ages, account?.date_of_birth ?? null, dayOf(start));
        return (
          <Page
            title={t("book.title")}
            width="narrow"
            back={{ href: timesHref(id, start && dayOf(start)), text: t("book.back", { doctor: found.full_name }) }}
          >
            {found.booking === "phone" && (
              <div class="info">
                <ByPhone doctor={found} config={config} />
              </div>
            )}
            {found.booking === "online" && !start && <NoTime id={id} />}
            {found.booking === "online" && start && (
              <div class="stack" key={start}>
                <BookSummary doctor={found} start={start} slot={slot} type={typeOf(near.data)} heading={heading} />
                {gone && otherAge && <p class="warning">{t("book.other_age", { doctor: found.full_name })}</p>}
                {gone && !otherAge && <TimeTaken doctor={found} start={start} free={near.data?.items ?? []} />}
                {!gone && account?.role !== "patient" && <BookingPatient account={account} />}
                {!gone && account?.role === "patient" && (
                  <BookForm doctor={found} start={start} type={type} reason={reason} />
                )}
              </div>
            )}
          </Page>
        );
      }}
    </Ready>
  );
}

/** The type that is booked, or null. */
function typeOf(slots: Schemas["Slots"] | undefined): Schemas["OfferedVisitType"] | null {
  return slots?.visit_types.find(({ id }) => id === slots.visit_type_id) ?? null;
}

function NoTime({ id }: { id: number }) {
  return (
    <div class="stack">
      <p class="warning">{t("book.no_time")}</p>
      <p>
        <a class="button" href={timesHref(id, null)}>
          {t("book.choose")}
        </a>
      </p>
    </div>
  );
}

/** The chosen day, not before today. */
function firstOf(start: Instant | null): Day {
  const day = start ? dayOf(start) : today();
  return day > today() ? day : today();
}

/** An instant of the address in UTC; null if invalid. */
function instantIn(text: string | null): Instant | null {
  const at = Date.parse(text ?? "");
  return text && /^\d{4}-.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(at) ? new Date(at).toISOString() : null;
}

/** The heading, focused after another time is chosen on this page. */
function useFocusOn(start: Instant | null) {
  const heading = useRef<HTMLHeadingElement | null>(null);
  const shown = useRef(start);
  useEffect(() => {
    if (shown.current !== start) heading.current?.focus();
    shown.current = start;
  }, [start]);
  return heading;
}
