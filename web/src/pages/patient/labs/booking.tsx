/** One laboratory visit: next step, preparation, progress and results. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { isUncollected, withdrawn } from "../../../lib/clinical/withdrawn";
import { t } from "../../../lib/i18n/i18n";
import { money } from "../../../lib/i18n/numbers";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { notice } from "../../../lib/routing/router";
import { longWhen } from "../../../lib/time/time";
import { Details } from "../../../ui/Details";
import { Page } from "../../../ui/frame/Page";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { Done, Phone } from "../visits/visit-parts";
import { LabCancel } from "./cancel";
import { LabPreparation } from "./parts";
import { LabSteps, LabTestResults } from "./progress";
import { bookHref } from "./tests";
import { isOpen, isReady, type LabVisit, labSentence } from "./visit";
import "../../../style/portals/patient-labs.css";
import "../../../style/portals/patient.css";

export default function LabBooking({ params, config }: OwnProps) {
  const path = { booking_id: Number(params.id) };
  const found = useLoad(
    () => outcome(api.GET("/api/labs/bookings/{booking_id}", { params: { path } })),
    [params.id],
    // poll: the laboratory changes the status
    { every: 60_000 },
  );
  const [cancelled, setCancelled] = useState(false);
  const changed = (now: LabVisit, byReader: boolean): void => {
    found.put(now);
    setCancelled(byReader);
    // clear the notice "is booked"
    notice.set(null);
  };
  return (
    <Ready of={found} whole>
      {(visit) => (
        <Page
          title={t("lab_booking.title")}
          lead={labSentence(visit)}
          back={{ href: "/labs/bookings", text: t("lab_booking.back") }}
          paper={
            <PrintHead
              config={config}
              about={t("lab_booking.print", { reference: visit.reference })}
              patient={visit.patient}
            />
          }
        >
          <div class="stack">
            {cancelled && <Done>{t("lab_booking.cancelled")}</Done>}
            <Withdrawn of={visit} />
            {visit.status_reason && (
              <p class={visit.status === "rejected" ? "warning" : "muted"}>
                {t("lab_booking.reason", { reason: visit.status_reason })}
              </p>
            )}
            {visit.status === "rejected" && <Phone config={config} />}
            <div class="columns">
              <div class="stack">
                {visit.status !== "cancelled" && <LabSteps of={visit} />}
                {isOpen(visit) && <LabPreparation tests={visit.tests} starts={visit.starts_at} />}
                <LabTestResults of={visit} />
              </div>
              <div class="stack">
                <About of={visit} />
                <p class="row">
                  {isUncollected(visit) && <LabCancel visit={visit} onChange={changed} />}
                  {(visit.status === "cancelled" || isReady(visit)) && <Again of={visit} />}
                  <PrintButton />
                </p>
              </div>
            </div>
          </div>
        </Page>
      )}
    </Ready>
  );
}

function Withdrawn({ of }: { of: LabVisit }) {
  const sentence = withdrawn(of, of.patient.id);
  if (!sentence) return null;
  return (
    <p>
      {sentence} {of.cancelled_by === null && t("lab_booking.uncollected")}
    </p>
  );
}

function About({ of }: { of: LabVisit }) {
  return (
    <section class="card">
      <h2>{t("lab_booking.about")}</h2>
      <Details
        of={[
          [t("lab_booking.reference"), of.reference],
          [t("lab_booking.when"), of.starts_at ? longWhen(of.starts_at) : t("lab_booking.any_time")],
          [t("lab_booking.ordered_by"), of.ordered_by?.full_name],
          [t("lab_booking.note"), of.note],
          [t("lab_booking.price"), money(of.price_minor, of.currency)],
        ]}
      />
    </section>
  );
}

function Again({ of: { tests } }: { of: LabVisit }) {
  return (
    <a
      class="button quiet"
      href={bookHref(
        tests.map(({ code }) => code),
        null,
      )}
    >
      {t("lab_booking.again")}
    </a>
  );
}
