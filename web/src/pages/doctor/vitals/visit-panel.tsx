/** The vital signs of one visit: the sets that were measured, and the form. */
import { useState } from "preact/hooks";
import type { Draft } from "../../../lib/forms/draft";
import { t } from "../../../lib/i18n/i18n";
import type { Vitals } from "./load";
import { MeasuredList } from "./measured-list";
import type { Typed } from "./typed";
import { VitalsForm } from "./vitals-form";
import "../../../style/components/vitals.css";

interface Props {
  patient: number;
  /** Null: outside of a visit, where the page shows the sets itself. */
  visit: number | null;
  vitals: Vitals;
  draft: Draft<Typed>;
}

export default function VisitPanel({ patient, visit, vitals, draft }: Props) {
  const [message, setMessage] = useState("");
  const saved = (): void => {
    setMessage(t("vitals.saved"));
    vitals.again();
  };
  const of = visit === null ? [] : (vitals.data?.items ?? []).filter((one) => one.appointment_id === visit);
  return (
    <div class="vitals-panel stack close">
      {of.length > 0 && <MeasuredList items={of} marked={vitals.again} />}
      <p class={message ? "done" : "unseen"} role="status">
        {message}
      </p>
      <VitalsForm patient={patient} visit={visit} draft={draft} saved={saved} />
    </div>
  );
}
