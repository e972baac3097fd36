/** The patient of now or next: name, birth date, allergies, reason, and since when the patient waits. */
import type { ComponentChildren } from "preact";
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { ageOn, clock, dateOnly, minutesBetween, nowInstant } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Overbooked } from "../../../ui/Overbooked";
import type { Visit } from "../visit/visits";

interface Props {
  title: string;
  visit: Visit | undefined;
  /** Shown without a visit. */
  children: ComponentChildren;
}

export function Place({ title, visit, children }: Props) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {visit ? <Patient visit={visit} /> : <p class="muted">{children}</p>}
    </section>
  );
}

function Patient({ visit }: { visit: Visit }) {
  const { id, patient, starts_at, status, reason } = visit;
  const { date_of_birth: born } = patient;
  return (
    <>
      <p>
        <b class="at">{clock(starts_at)}</b>{" "}
        <a class="strong" href={`/doctor/visits/${id}`}>
          {patient.full_name}
        </a>
        {born && (
          <>
            {" "}
            <span class="muted">{t("patient_strip.born", { day: dateOnly(born), age: ageOn(born) })}</span>
          </>
        )}
      </p>
      <Allergies patient={patient.id} />
      <p>
        <Status kind="appointment" status={status} /> <span class="muted">{reason ?? t("today.no_reason")}</span>{" "}
        <Overbooked of={visit} />
      </p>
      <Waiting visit={visit} />
    </>
  );
}

/** Not polled: each read of a chart is in the patient's access log. */
function Allergies({ patient }: { patient: number }) {
  const params = { path: { patient_id: patient } };
  const { data, failure } = useLoad(
    () => outcome(api.GET("/api/doctor/patients/{patient_id}/allergies", { params })),
    [patient],
  );
  if (!data) return <p class="muted">{failure ? t("today.allergies.failed") : "…"}</p>;
  if (data.allergy_status !== "noted") return <p class="muted">{t(`today.allergies.${data.allergy_status}`)}</p>;
  return (
    <p class="allergic">
      <b>{t("patient_strip.allergies")}</b>{" "}
      {data.allergies
        .map(({ substance, severity }) =>
          t("patient_strip.allergy", { substance, severity: t(`severity.${severity}`) }),
        )
        .join("; ")}
    </p>
  );
}

function Waiting({ visit: { status, arrived_at: since } }: { visit: Visit }) {
  if (status !== "arrived" || !since) return null;
  const minutes = Math.max(0, minutesBetween(since, nowInstant()));
  return <p class="strong">{t("today.waiting", { time: clock(since), minutes })}</p>;
}
