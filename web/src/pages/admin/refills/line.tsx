/** One request at the desk: the patient, the doctor that is asked, and another doctor to choose. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices } from "../../../lib/loading/all-pages";
import { dateOnly, when } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Select } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { Tel } from "../../../ui/Tel";

interface Props {
  of: Schemas["DeskRefill"];
  doctors: readonly Schemas["Doctor"][];
  onGiven: (now: Schemas["DeskRefill"]) => void;
  /** It was answered or changed meanwhile. */
  onStale: () => void;
}

export function RefillLine({ of, doctors, onGiven, onStale }: Props) {
  const { id, patient, doctor, doctor_away, reference, created_at } = of;
  const [chosen, setChosen] = useState("");
  const field = `doctor-${id}`;
  const { busy, errors, submit } = useForm(
    () => missing({ [field]: { value: chosen, say: "desk_refills.missing" } }),
    async () => {
      const params = { path: { refill_id: id }, header: unchanged(of) };
      const body = { doctor_id: Number(chosen) };
      const done = await outcome(api.PUT("/api/admin/refills/{refill_id}", { params, body }));
      if (done.ok) {
        onGiven(done.data);
        return [];
      }
      if (done.problem.code === "stale" || done.problem.code === "illegal_transition") onStale();
      return mistakes(done.problem, done.retryAfter, []);
    },
  );
  const others = doctors.filter((one) => one.account_active && one.id !== doctor.id);
  const name = patient.full_name;
  return (
    <div class="stack close">
      <p class="row">
        <a class="strong" href={`/admin/people/${patient.id}`}>
          {name}
        </a>
        {patient.date_of_birth && <span>{t("patient.born", { date: dateOnly(patient.date_of_birth) })}</span>}
        {patient.phone && <Tel number={patient.phone} />}
      </p>
      <p class="row muted">
        <span>{t(doctor_away ? "desk_refills.asks.away" : "desk_refills.asks", { doctor: doctor.full_name })}</span>
        <span>{t("desk_refills.reference", { reference })}</span>
        <span>{t("desk_refills.since", { when: when(created_at) })}</span>
      </p>
      <form noValidate onSubmit={submit}>
        <ErrorSummary mistakes={errors} />
        <Select
          id={field}
          label={t("desk_refills.doctor", { name })}
          choices={[{ value: "", text: t("desk_refills.choose") }, ...doctorChoices(others)]}
          value={chosen}
          onValue={setChosen}
          mistakes={errors}
        />
        <div class="row">
          <Submit id={`give-${id}`} busy={busy} label={t("desk_refills.give")} busyLabel={t("desk_refills.busy")} />
          <a class="button quiet" href={`/desk/appointments/new?patient_id=${patient.id}`}>
            {t("desk_refills.book")}
            <span class="unseen"> {t("desk_refills.book.of", { name })}</span>
          </a>
        </div>
      </form>
    </div>
  );
}
