/** The vital signs on a chart: the last values, the form, and every set. */
import { t } from "../../../lib/i18n/i18n";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import LastValues from "./last-values";
import { useVitals } from "./load";
import { MeasuredList } from "./measured-list";
import { VitalsAct } from "./vitals-act";

export default function ChartVitals({ patient }: { patient: number }) {
  const vitals = useVitals(patient);
  return (
    <section class="stack close" aria-labelledby="vitals-title">
      <h2 id="vitals-title">{t("vitals.title")}</h2>
      <Ready of={vitals}>
        {({ items }) => (
          <>
            <LastValues items={items} />
            <div class="no-print">
              <VitalsAct patient={patient} visit={null} vitals={vitals} />
            </div>
            {items.length > 0 && (
              <details class="fold">
                <summary>{t("vitals.all")}</summary>
                <MeasuredList items={items} marked={vitals.again} />
                <More of={vitals} />
              </details>
            )}
          </>
        )}
      </Ready>
    </section>
  );
}
