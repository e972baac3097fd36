/** One critical result for the laboratory: the numbers to call, and the note of a call or an attempt. */

import { useRef } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import type { Critical } from "../../../lib/clinical/critical";
import { t } from "../../../lib/i18n/i18n";
import { testNameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, when } from "../../../lib/time/time";
import { Corrected } from "../../../ui/Corrected";
import { CriticalState, Doctors, Reports, Values } from "../../../ui/CriticalReports";
import { Details } from "../../../ui/Details";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";
import { CallForm } from "./call-form";

const POLL_MS = 30_000;

export default function LabCritical({ params, account }: OwnProps) {
  const path = { critical_result_id: Number(params.id) };
  const found = useLoad(
    () => outcome(api.GET("/api/labs/critical/{critical_result_id}", { params: { path } })),
    [account.id, path.critical_result_id],
    { every: POLL_MS },
  );
  const state = useRef<HTMLDivElement>(null);
  const put = (now: Critical): void => {
    found.put(now);
    state.current?.focus();
  };
  return (
    <Page title={t("critical.title")} back={{ href: "/lab/critical", text: t("critical_list.title") }}>
      <Ready of={found} whole>
        {(one) => (
          <div class="stack">
            <div role="status" tabIndex={-1} ref={state}>
              <CriticalState one={one} />
            </div>
            <Facts one={one} />
            <Corrected of={one.result} />
            <Values one={one} />
            <Reports one={one} />
            {one.result.critical && <CallForm key={one.communications.length} one={one} put={put} />}
          </div>
        )}
      </Ready>
    </Page>
  );
}

function Facts({ one }: { one: Critical }) {
  const { patient, reference, booking_id, ordered_by, verified_at, verified_by } = one.result;
  return (
    <Details
      of={[
        [t("critical.patient"), <b key="patient">{patient.full_name}</b>],
        [t("critical.born"), patient.date_of_birth && dateOnly(patient.date_of_birth)],
        [t("critical.phone"), one.patient_phone ? <Tel number={one.patient_phone} /> : t("critical.no_phone")],
        [
          t("critical.test"),
          <a key="booking" href={`/lab/${booking_id}`}>
            {testNameOf(one.result)}, {reference}
          </a>,
        ],
        [t("critical.ordered"), ordered_by?.full_name ?? t("critical.own_booking")],
        [t("critical.verified"), verified_at && `${when(verified_at)}, ${verified_by?.full_name ?? ""}`],
        [t("critical.doctors"), one.result.critical && <Doctors key="doctors" one={one} />],
      ]}
    />
  );
}
