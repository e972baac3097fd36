/** The appointments ahead that a patient's own account booked, and the act that cancels all of them with a reason. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { longWhen } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Empty } from "../../../ui/Empty";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";

type Bookings = Schemas["AccountBookings"];
type Cancelled = Schemas["CancelledBookings"];

export default function AccountBookingsPage({ params }: OwnProps) {
  const id = idOf(params.id);
  return id === null ? <NotFound /> : <Known id={id} />;
}

function Known({ id }: { id: number }) {
  const params = { path: { patient_id: id } };
  const found = useLoad(() => outcome(api.GET("/api/admin/patients/{patient_id}/bookings", { params })), [id]);
  const [cancelled, setCancelled] = useState<Cancelled | null>(null);
  const [asking, setAsking] = useState(false);
  const heading = useRef<HTMLParagraphElement>(null);
  const send = async (reason: string | null): Promise<Mistake[]> => {
    const body = { reason: reason ?? "" };
    const done = await outcome(api.PUT("/api/admin/patients/{patient_id}/bookings/cancel", { params, body }));
    if (!done.ok) return mistakes(done.problem, done.retryAfter, ["reason"]);
    setCancelled(done.data);
    setAsking(false);
    found.again();
    // the button that opened the dialog is gone
    requestAnimationFrame(() => heading.current?.focus());
    return [];
  };
  return (
    <Ready of={found} whole>
      {(bookings) => (
        <Page
          title={t("bookings.title", { name: bookings.patient.full_name })}
          lead={t("bookings.lead")}
          back={{ href: `/admin/people/${id}`, text: bookings.patient.full_name }}
        >
          <p role="status" tabIndex={-1} ref={heading}>
            {cancelled && t("bookings.done", { visits: cancelled.visits, laboratory: cancelled.laboratory })}
          </p>
          {total(bookings) === 0 ? (
            <Empty>
              <p>{t("bookings.none")}</p>
            </Empty>
          ) : (
            <div class="stack">
              <List of={bookings} />
              <p>
                <button type="button" class="button danger" onClick={() => setAsking(true)}>
                  {plural("bookings.submit", total(bookings))}
                </button>
              </p>
            </div>
          )}
          {asking && (
            <AskDialog
              title={plural("bookings.ask", total(bookings))}
              reason={{
                draft: `bookings.${id}`,
                label: t("bookings.reason"),
                hint: t("bookings.reason.hint"),
                needed: "bookings.reason.missing",
              }}
              keep={t("bookings.keep")}
              act={t("bookings.act")}
              busy={t("bookings.busy")}
              danger
              onClose={() => setAsking(false)}
              send={send}
            >
              <p>{t("bookings.about")}</p>
            </AskDialog>
          )}
        </Page>
      )}
    </Ready>
  );
}

function total({ visits_in_all, laboratory_in_all }: Bookings): number {
  return visits_in_all + laboratory_in_all;
}

function List({ of }: { of: Bookings }) {
  const more = total(of) - of.visits.length - of.laboratory.length;
  return (
    <section aria-label={t("bookings.list")}>
      <ul>
        {[...of.visits, ...of.laboratory].map(({ kind, id, starts_at, doctor }) => (
          <li key={`${kind} ${id}`}>
            {longWhen(starts_at)}: {doctor ? doctor.full_name : t("bookings.laboratory")}
          </li>
        ))}
      </ul>
      {more > 0 && <p class="muted">{plural("bookings.more", more)}</p>}
    </section>
  );
}
