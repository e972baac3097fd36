/** One visit of the patient's; `?new` says that it was booked just now. */

import { useEffect, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { loadMessages, t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { notice } from "../../../lib/routing/router";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Details } from "../../../ui/Details";
import { Page } from "../../../ui/frame/Page";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { JoinVideo } from "../../../ui/types/JoinVideo";
import { TypeFacts } from "../../../ui/types/TypeFacts";
import "../../../style/portals/patient.css";
import { NotBookable } from "../book/not-bookable";
import { CheckInPass } from "./check-in-pass";
import { changing, isAhead, loadVisit, type Visit } from "./visit";
import { Outcome } from "./visit-outcome";
import { Done, VisitActs, VisitWhen } from "./visit-parts";

export default function Appointment({ params, query, config, account }: OwnProps) {
  const visit = useLoad(() => loadVisit(Number(params.id)), [params.id, account.id]);
  const [cancelled, setCancelled] = useState(false);
  const onChange = (now: Visit, byReader: boolean): void => {
    visit.put(now);
    setCancelled(byReader);
    // clear the notice shown on arrival
    notice.set(null);
  };
  return (
    <Ready of={visit} whole>
      {(shown) => (
        <Page
          title={t("visit.title", { doctor: shown.doctor.full_name })}
          back={{ href: "/appointments", text: t("visit.back") }}
          paper={
            <PrintHead config={config} about={t("visit.print", { reference: shown.reference })} patient={account} />
          }
        >
          <div class="stack visit-page">
            {query.has("new") && isAhead(shown) && (
              <p class="done no-print" role="status">
                {t("visit.booked", { reference: shown.reference })}
              </p>
            )}
            {cancelled && <Done>{t("cancel.done", { reference: shown.reference })}</Done>}
            <div class="card visit">
              <div class="row between">
                <VisitWhen visit={shown} />
                <Status kind="appointment" status={shown.status} />
              </div>
              <Facts visit={shown} hospital={config.hospital} />
              {shown.visit_type && <TypeFacts of={shown.visit_type} named />}
              {shown.visit_type?.is_video && isAhead(shown) && <JoinVideo load={() => loadRoom(shown.id)} />}
            </div>
            <Outcome visit={shown} config={config} />
            {isAhead(shown) && (
              <>
                <div class="no-print stack close">
                  <VisitActs visit={shown} config={config} onChange={onChange}>
                    <PrintButton />
                  </VisitActs>
                  {changing(shown, config) === "here" && shown.doctor.bookable && <EarlierPlease visit={shown} />}
                </div>
                <CheckInPass visit={shown} />
                {shown.doctor.bookable ? (
                  <Bring />
                ) : (
                  <NotBookable doctor={shown.doctor.full_name} specialty={shown.doctor.specialty} config={config} />
                )}
              </>
            )}
            {!isAhead(shown) && (
              <p class="no-print">
                <PrintButton />
              </p>
            )}
          </div>
        </Page>
      )}
    </Ready>
  );
}

/** Loaded after the page, because few patients want an earlier time. */
function EarlierPlease({ visit }: { visit: Visit }) {
  const [code, setCode] = useState<typeof import("../waitlist/earlier") | null>(null);
  useEffect(() => {
    const loading = Promise.all([import("../waitlist/earlier"), loadMessages("waitlist")]);
    loading.then(
      ([loaded]) => setCode(loaded),
      () => {},
    );
  }, []);
  return code && <code.Earlier key={visit.id} visit={visit} />;
}

function loadRoom(appointment_id: number) {
  return outcome(api.GET("/api/appointments/{appointment_id}/video", { params: { path: { appointment_id } } }));
}

function Facts({ visit, hospital }: { visit: Visit; hospital: string }) {
  const { doctor, place, reason, reference, created_at } = visit;
  return (
    <Details
      of={[
        [t("visit.reference"), <b key="reference">{reference}</b>],
        [
          t("visit.doctor"),
          <span key="doctor">
            {doctor.full_name} {doctor.specialty && <span class="muted">{specialtyName(doctor)}</span>}
          </span>,
        ],
        [t("visit.place"), [place, hospital].filter(Boolean).join(", ")],
        [t("visit.reason"), reason],
        [t("visit.made"), dateOnly(dayOf(created_at))],
      ]}
    />
  );
}

function Bring() {
  return (
    <section aria-labelledby="bring">
      <h2 id="bring">{t("visit.bring")}</h2>
      <ul class="bring">
        <li>{t("visit.bring.card")}</li>
        <li>{t("visit.bring.medicines")}</li>
        <li>{t("visit.bring.papers")}</li>
      </ul>
    </section>
  );
}
