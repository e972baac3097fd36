/** The patient in one strip: birth date, age, sex, phone and allergies. */
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { ageOn, dateOnly } from "../../../lib/time/time";
import { Skeleton } from "../../../ui/frame/Skeleton";
import { Tel } from "../../../ui/Tel";

interface Props {
  patient: Schemas["Patient"];
  /** Absent if the chart is not open to the doctor. */
  chart?: Schemas["Chart"] | undefined;
  /** The chart is loading: do not claim that there are no allergies. */
  awaited?: boolean;
  /** Whether to link to the chart. */
  link?: boolean;
}

export function PatientStrip({ patient, chart, awaited = false, link = false }: Props) {
  const { date_of_birth, sex, phone } = patient;
  return (
    <section class="strip card" aria-label={t("patient_strip.label")}>
      <p class="row">
        {date_of_birth && (
          <span>{t("patient_strip.born", { day: dateOnly(date_of_birth), age: ageOn(date_of_birth) })}</span>
        )}
        <span>{t(`sex.${sex}`)}</span>
        {phone && <Tel number={phone} />}
        {chart && <span>{chart.patient.reference}</span>}
        {link && (
          <a class="end no-print" href={`/doctor/patients/${patient.id}`}>
            {t("patient_strip.chart")}
          </a>
        )}
      </p>
      {awaited && <Skeleton />}
      {chart && <AllergyLine chart={chart} />}
      {chart && <ProblemLine chart={chart} />}
    </section>
  );
}

function AllergyLine({ chart: { allergy_status, allergies } }: { chart: Schemas["Chart"] }) {
  if (allergy_status !== "noted") return <p class="muted">{t(`patient_strip.${allergy_status}`)}</p>;
  return (
    <p class="allergies">
      <b>{t("patient_strip.allergies")}</b>{" "}
      {allergies
        .map(({ substance, severity }) =>
          t("patient_strip.allergy", { substance, severity: t(`severity.${severity}`) }),
        )
        .join("; ")}
    </p>
  );
}

function ProblemLine({ chart: { problems } }: { chart: Schemas["Chart"] }) {
  const active = problems.filter(({ status }) => status === "active");
  if (active.length === 0) return null;
  return (
    <p class="problems">
      <span class="muted">{t("patient_strip.problems")}</span> {active.map(({ name }) => name).join("; ")}
    </p>
  );
}
