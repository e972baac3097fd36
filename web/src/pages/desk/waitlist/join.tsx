/** Puts a calling patient (`?patient_id=`) on the waitlist of a doctor. */
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDeskDoctor, idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { anyTime, checkWishes, FIELDS, wishesBody } from "../../../lib/waitlist/wishes";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Select } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
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
  return (
    <Ready of={patient}>
      {(found) => <Ready of={doctors}>{(all) => <Form patient={found} doctors={all} />}</Ready>}
    </Ready>
  );
}

function Form({ patient, doctors }: { patient: Schemas["DeskPatient"]; doctors: Schemas["DeskDoctor"][] }) {
  const { value, set, drop } = useDraft(`waitlist.${patient.id}`, { ...anyTime(), doctor: "" });
  const { busy, errors, submit } = useForm(
    () => [...missing({ doctor_id: { value: value.doctor, say: "waitlist.missing.doctor" } }), ...checkWishes(value)],
    async () => {
      const body = { patient_id: patient.id, doctor_id: Number(value.doctor), ...wishesBody(value) };
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
          id="doctor_id"
          label={t("waitlist.of")}
          choices={[{ value: "", text: t("waitlist.desk.choose") }, ...doctorChoices(doctors)]}
          value={value.doctor}
          onValue={(doctor) => set({ ...value, doctor })}
          mistakes={errors}
        />
        <WishesFields value={value} onValue={(times) => set({ ...value, ...times })} mistakes={errors} />
        <Submit busy={busy} label={t("waitlist.desk.add")} busyLabel={t("waitlist.busy")} />
      </form>
    </>
  );
}
