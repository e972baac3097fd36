/** One prescription for the doctor (`?patient=`): the printable sheet, and stopping it. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Page } from "../../../ui/frame/Page";
import { PrescriptionSheet } from "../../../ui/print/PrescriptionSheet";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { idIn } from "../chart/chart-from-query";
import { CheckRecord } from "./alerts";
import { loadPrescription } from "./find-prescription";
import { StopDialog } from "./stop";
import "../../../style/portals/doctor.css";

export default function Prescription({ params, query, config }: OwnProps) {
  const [id, patient] = [idIn(params.id ?? null) ?? 0, idIn(query.get("patient"))];
  const found = useLoad(() => loadPrescription(id, patient), [id, patient]);
  return (
    <Ready of={found} whole>
      {(one) => <Shown of={one} put={found.put} config={config} />}
    </Ready>
  );
}

interface Props extends Pick<OwnProps, "config"> {
  of: Schemas["Prescription"];
  put: (now: Schemas["Prescription"]) => void;
}

function Shown({ of, put, config }: Props) {
  const [stopping, setStopping] = useState(false);
  const [stopped, setStopped] = useState(false);
  const done = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the opening button is removed
    if (stopped) done.current?.focus();
  }, [stopped]);
  const close = (now: Schemas["Prescription"] | null, byMe: boolean): void => {
    setStopping(false);
    setStopped(byMe);
    if (now) put(now);
  };
  return (
    <Page
      title={t("doctor_prescription.title")}
      lead={of.patient.full_name}
      back={{ href: `/doctor/patients/${of.patient.id}`, text: t("doctor_prescription.back") }}
      actions={
        <>
          {of.status !== "stopped" && (
            <button type="button" class="button quiet" onClick={() => setStopping(true)}>
              {t("doctor_prescription.stop")}
            </button>
          )}
          <PrintButton />
        </>
      }
      width="narrow"
      paper={
        <PrintHead
          config={config}
          about={t("doctor_prescription.print", { reference: of.reference })}
          patient={of.patient}
        />
      }
    >
      <div class="stack close">
        {stopped && (
          <p class="done" role="status" tabIndex={-1} ref={done}>
            {t("doctor_prescription.stopped.now")}
          </p>
        )}
        <p class={of.status === "stopped" ? "row" : "row no-print"}>
          <Status kind="prescription" status={of.status} />
          <span class="muted">{sentence(of)}</span>
        </p>
        {of.stop_reason && <p class="warning">{t("doctor_prescription.why", { reason: of.stop_reason })}</p>}
        {of.override_reason && (
          <p class="warning no-print">{t("doctor_prescription.override", { reason: of.override_reason })}</p>
        )}
        <PrescriptionSheet of={of} />
        {of.check && <CheckRecord of={of.check} />}
      </div>
      {stopping && <StopDialog of={of} onClose={close} />}
    </Page>
  );
}

function sentence(of: Schemas["Prescription"]): string {
  if (of.stopped_at) {
    const day = dateOnly(dayOf(of.stopped_at));
    if (!of.stopped_by) return t("doctor_prescription.stopped", { day });
    return t("doctor_prescription.stopped.by", { day, doctor: of.stopped_by.full_name });
  }
  const ended = of.status === "ended";
  return t(ended ? "doctor_prescription.ended" : "doctor_prescription.until", { day: dateOnly(of.last_day) });
}
