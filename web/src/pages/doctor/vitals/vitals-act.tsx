/** The button that opens the entry of vital signs; open from the start with unsent values. */
import { useState } from "preact/hooks";
import { useDraft } from "../../../lib/forms/draft";
import { t } from "../../../lib/i18n/i18n";
import { later } from "../../../ui/Later";
import type { Vitals } from "./load";

const VisitPanel = later(() => import("./visit-panel"));

interface Props {
  patient: number;
  visit: number | null;
  vitals: Vitals;
}

export function VitalsAct({ patient, visit, vitals }: Props) {
  const draft = useDraft<Readonly<Record<string, string>>>(`vitals.${patient}.${visit ?? ""}`, {});
  const [open, setOpen] = useState(Object.keys(draft.value).length > 0);
  return (
    <>
      <button
        type="button"
        class="button quiet"
        aria-expanded={open}
        aria-controls="vitals-panel"
        onClick={() => setOpen(!open)}
      >
        {t("doctor_visit.vitals")}
      </button>
      <div id="vitals-panel" class="vitals-place">
        {open && <VisitPanel patient={patient} visit={visit} vitals={vitals} draft={draft} />}
      </div>
    </>
  );
}
