/** The current medicines of a patient, by the prescriptions of any doctor, with stopping and continuing. */

import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { frequencyText } from "../../../lib/clinical/dosing";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { dateOnly } from "../../../lib/time/time";
import { Ready } from "../../../ui/Ready";
import { StopDialog, type Stoppable } from "../prescribe/stop";

type Current = Schemas["CurrentMedicines"];
type Medicine = Current["items"][number];

interface Props {
  patient: number;
  /** The visit to which a continued prescription belongs. */
  visit?: number | null;
  /** Whether to link to the prescribing page; not on that page itself. */
  continuing?: boolean;
  /** A prescription was stopped: other parts of the page show it too. */
  onStopped?: () => void;
}

export function TakesNow({ patient, visit = null, continuing = true, onStopped }: Props) {
  const params = { path: { patient_id: patient } };
  const found = useLoad(() => outcome(api.GET("/api/doctor/patients/{patient_id}/medicines", { params })), [patient]);
  const [stopping, setStopping] = useState<Stoppable | null>(null);
  const [message, setMessage] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (changed: boolean, byMe: boolean): void => {
    setStopping(null);
    if (byMe) setMessage(t("takes.stopped"));
    if (changed) {
      found.again();
      onStopped?.();
      // the opening button may be gone
      heading.current?.focus();
    }
  };
  return (
    <section class="stack close" aria-labelledby="takes-title">
      <h2 id="takes-title" tabIndex={-1} ref={heading}>
        {t("takes.title")}
      </h2>
      <p class={message ? "done" : "unseen"} role="status">
        {message}
      </p>
      <Ready of={found} empty={<p class="muted">{t("takes.none")}</p>}>
        {(current) => (
          <ul class="takes">
            {current.items.map((one) => (
              <li key={`${one.prescription_id} ${one.medicine} ${one.dose}`}>
                <Taken one={one} />
                <p class="row no-print">
                  <button type="button" class="link" onClick={() => setStopping(stoppable(current, one))}>
                    {t("takes.stop")} <span class="unseen">{one.medicine}</span>
                  </button>
                  {continuing && (
                    <a href={continueAt(patient, visit, one)}>
                      {t("takes.continue")} <span class="unseen">{one.medicine}</span>
                    </a>
                  )}
                </p>
              </li>
            ))}
          </ul>
        )}
      </Ready>
      {stopping && <StopDialog of={stopping} onClose={(now, byMe) => close(now !== null, byMe)} />}
    </section>
  );
}

function Taken({ one }: { one: Medicine }) {
  const { medicine, dose, frequency, started_on, last_day, prescriber } = one;
  return (
    <>
      <p>
        <b>{medicine}</b>
      </p>
      <p class="small">{t("sheet.take", { dose, frequency: frequencyText(frequency) })}</p>
      <p class="small muted">
        {t("takes.course", { start: dateOnly(started_on), end: dateOnly(last_day), doctor: prescriber.full_name })}
      </p>
    </>
  );
}

/** A prescription is stopped whole: the dialog lists all of its medicines. */
function stoppable({ patient, items }: Current, { prescription_id, prescription_version }: Medicine): Stoppable {
  const of = items.filter((one) => one.prescription_id === prescription_id);
  return { id: prescription_id, version: prescription_version, patient, status: "active", items: of };
}

function continueAt(patient: number, visit: number | null, { prescription_id }: Medicine): string {
  const about = visit === null ? `patient=${patient}` : `patient=${patient}&visit=${visit}`;
  return `/doctor/prescriptions/new?${about}&continue=${prescription_id}`;
}
