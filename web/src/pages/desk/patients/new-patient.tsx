/** Register a patient without an account; `?book=1` goes on with the booking, with the rest of the query. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { LANGUAGES, language, t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { BirthDate, dateOf, partsOf } from "../../../ui/forms/BirthDate";
import { CONTACT_FIELDS, ContactFields, checkContact, contactBody, contactText } from "../../../ui/forms/ContactFields";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { SexChoice } from "../../../ui/forms/SexChoice";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { About } from "./found";
import "../../../style/portals/admin.css";

type Patient = Schemas["DeskPatient"];

const BLANK = { full_name: "", born: partsOf(null), sex: "", phone: "", contact: contactText(null), language: "" };
const FIELDS = ["full_name", "date_of_birth", "sex", "phone", ...CONTACT_FIELDS];

export default function NewPatient({ query }: OwnProps) {
  const hrefOf = ({ id }: Patient): string => {
    if (!query.has("book")) return `/desk/patients/${id}`;
    const chosen = [...query].filter(([name]) => name !== "book" && name !== "q");
    return `/desk/appointments/new?${new URLSearchParams([...chosen, ["patient_id", String(id)]])}`;
  };
  const draft = useDraft("new-patient", BLANK);
  const [candidates, setCandidates] = useState<readonly Patient[]>([]);
  const { value } = draft;
  const put = (change: Partial<typeof BLANK>): void => {
    setCandidates([]);
    draft.set({ ...value, ...change });
  };
  const check = (): Mistake[] => [
    ...missing({ full_name: { value: value.full_name, say: "new_patient.missing.name" } }),
    ...(dateOf(value.born) ? [] : [{ field: "date_of_birth", message: t("new_patient.missing.born") }]),
    ...(value.sex ? [] : [{ field: "sex", message: t("new_patient.missing.sex") }]),
    ...checkContact(value.contact),
  ];
  const act = async (): Promise<Mistake[]> => {
    const body = {
      full_name: value.full_name.trim(),
      date_of_birth: dateOf(value.born) ?? "",
      sex: value.sex as Patient["sex"],
      phone: value.phone.trim() || null,
      contact: contactBody(value.contact),
      language: (value.language || language.get()) as Schemas["PortalLanguage"],
      another_person: candidates.length > 0,
    };
    const made = await outcome(api.POST("/api/reception/patients", { body }));
    if (made.ok) {
      draft.drop();
      go(hrefOf(made.data), { say: "patient_registered" });
      return [];
    }
    if (made.problem.code !== "looks_like_somebody") return mistakes(made.problem, made.retryAfter, FIELDS);
    setCandidates((made.problem as unknown as { candidates: Patient[] }).candidates);
    return [];
  };
  const { busy, errors, submit } = useForm(check, act);
  const back = { href: "/desk/patients", text: t("new_patient.back") };
  return (
    <Page title={t("new_patient.title")} lead={t("new_patient.lead")} width="narrow" back={back}>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Field
          id="full_name"
          label={t("new_patient.name")}
          value={value.full_name}
          onValue={(full_name) => put({ full_name })}
          mistakes={errors}
        />
        <BirthDate
          id="date_of_birth"
          label={t("new_patient.born")}
          value={value.born}
          onValue={(born) => put({ born })}
          mistakes={errors}
        />
        <SexChoice value={value.sex} onValue={(sex) => put({ sex })} mistakes={errors} />
        <Field
          id="phone"
          type="tel"
          label={t("new_patient.phone")}
          hint={t("new_patient.phone.hint")}
          optional
          value={value.phone}
          onValue={(phone) => put({ phone })}
          mistakes={errors}
        />
        <ContactFields value={value.contact} onValue={(contact) => put({ contact })} mistakes={errors} />
        <Select
          id="language"
          label={t("new_patient.language")}
          choices={Object.entries(LANGUAGES).map(([value, text]) => ({ value, text }))}
          value={value.language || language.get()}
          onValue={(language) => put({ language })}
        />
        {candidates.length > 0 && <Candidates of={candidates} href={hrefOf} />}
        <Submit
          busy={busy}
          label={t(candidates.length > 0 ? "new_patient.another_person" : "new_patient.submit")}
          busyLabel={t("new_patient.busy")}
        />
      </form>
    </Page>
  );
}

/** Patients with this name and date of birth. */
function Candidates({ of, href }: { of: readonly Patient[]; href: (patient: Patient) => string }) {
  return (
    <section class="warning more" role="alert" aria-labelledby="candidates">
      <h2 id="candidates" class="form-title">
        {t("new_patient.candidates")}
      </h2>
      <ul class="lines">
        {of.map((patient) => (
          <li key={patient.id}>
            <a href={href(patient)}>{patient.full_name}</a>
            <About patient={patient} />
          </li>
        ))}
      </ul>
    </section>
  );
}
