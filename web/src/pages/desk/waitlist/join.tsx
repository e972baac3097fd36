/** Puts a calling patient (`?patient_id=`) on the waitlist of a doctor, or of any doctor of a specialty, for a visit type. */
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { doctorChoices, everyDeskDoctor, idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import { everyActiveType, typesOf } from "../../../lib/loading/visit-types";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { anyTime, checkWishes, FIELDS, wishesBody } from "../../../lib/waitlist/wishes";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Select } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { TypeSelect } from "../../../ui/types/TypeSelect";
import { WishesFields } from "../../../ui/waitlist/WishesFields";
import { FindPatient } from "../visits/find-patient";
import "../../../style/portals/admin.css";

export default function Join({ query }: OwnProps) {
  const patient = idOf(query.get("patient_id"));
  const back = { href: "/desk/waitlist", text: t("waitlist.desk.title") };
  return (
    <Page title={t("waitlist.desk.add")} width="narrow" back={back}>
      {patient === null ? <FindPatient query={query} /> : <ForPatient key={patient} id={patient} />}
    </Page>
  );
}

function ForPatient({ id }: { id: number }) {
  const params = { path: { patient_id: id } };
  const patient = useLoad(() => outcome(api.GET("/api/reception/patients/{patient_id}", { params })), [id]);
  const doctors = useLoad(() => everyDeskDoctor(true), []);
  const specialties = useLoad(() => outcome(api.GET("/api/specialties")), []);
  return (
    <Ready of={patient}>
      {(found) => (
        <Ready of={doctors}>
          {(all) => (
            <Ready of={specialties}>
              {({ items }) => <Form patient={found} choices={[...specialtyChoices(items), ...doctorChoices(all)]} />}
            </Ready>
          )}
        </Ready>
      )}
    </Ready>
  );
}

interface FormProps {
  patient: Schemas["DeskPatient"];
  choices: readonly { value: string; text: string }[];
}

function Form({ patient, choices }: FormProps) {
  const { value, set, drop } = useDraft(`waitlist.for.${patient.id}`, { ...anyTime(), whom: "", type: "" });
  const whom = value.whom ? whomBody(value.whom) : null;
  const load = async () => (whom?.doctor_id ? await typesOf(whom.doctor_id) : await everyActiveType());
  const types = useLoad(load, [value.whom]);
  const type = types.data?.find(({ id }) => String(id) === value.type);
  const { busy, errors, submit } = useForm(
    () => [...missing({ whom: { value: value.whom, say: "waitlist.missing.whom" } }), ...checkWishes(value)],
    async () => {
      const body = { patient_id: patient.id, ...whom, visit_type_id: type?.id ?? null, ...wishesBody(value) };
      const done = await outcome(api.POST("/api/reception/waitlist", { body }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, FIELDS);
      drop();
      go(`/desk/waitlist?patient_id=${patient.id}`, { say: "waitlist_added" });
      return [];
    },
  );
  return (
    <>
      <p>
        <b>{patient.full_name}</b>
      </p>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Select
          id="whom"
          label={t("waitlist.desk.of")}
          choices={[{ value: "", text: t("waitlist.desk.choose") }, ...choices]}
          value={value.whom}
          onValue={(whom) => set({ ...value, whom })}
          mistakes={errors}
        />
        {whom && (
          <Ready of={types}>
            {(all) => (
              <TypeSelect
                id="visit_type_id"
                of={all}
                none={t("waitlist.desk.first_type")}
                value={String(type?.id ?? "")}
                onValue={(chosen) => set({ ...value, type: chosen })}
                mistakes={errors}
              />
            )}
          </Ready>
        )}
        <WishesFields value={value} onValue={(times) => set({ ...value, ...times })} mistakes={errors} />
        <Submit busy={busy} label={t("waitlist.desk.add")} busyLabel={t("waitlist.busy")} />
      </form>
    </>
  );
}

/** Marks the value of a specialty; that of a doctor is the id. */
const ANY = "any:";

function specialtyChoices(all: readonly Schemas["Specialty"][]): { value: string; text: string }[] {
  return all
    .map(({ name, names }) => ({ value: ANY + name, text: t("waitlist.any_doctor", { specialty: inLanguage(names) }) }))
    .sort((one, other) => one.text.localeCompare(other.text));
}

function whomBody(whom: string): { doctor_id?: number; specialty?: string } {
  return whom.startsWith(ANY) ? { specialty: whom.slice(ANY.length) } : { doctor_id: Number(whom) };
}
