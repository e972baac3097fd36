/** A patient at the desk: who they are, how to reach them, their visits, and the invitation to their record. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly } from "../../../lib/time/time";
import { CONTACT_FIELDS, ContactFields, checkContact, contactBody, contactText } from "../../../ui/forms/ContactFields";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Invite } from "./invite";
import "../../../style/portals/admin.css";

type Patient = Schemas["DeskPatient"];

export default function PatientPage({ params, account }: OwnProps) {
  const id = idOf(params.id);
  return id === null ? <NotFound /> : <Shown key={id} id={id} isAdmin={account.role === "admin"} />;
}

function Shown({ id, isAdmin }: { id: number; isAdmin: boolean }) {
  const path = { path: { patient_id: id } };
  const found = useLoad(() => outcome(api.GET("/api/reception/patients/{patient_id}", { params: path })), [id]);
  const back = { href: "/desk/patients", text: t("new_patient.back") };
  return (
    <Page
      title={found.data?.full_name ?? t("patient_page.title")}
      width="narrow"
      back={back}
      actions={
        <>
          <a class="button quiet" href={`/desk/notices?show=all&patient_id=${id}`}>
            {t("patient_page.mails")}
          </a>
          <a class="button quiet" href={`/desk/waitlist?patient_id=${id}`}>
            {t("patient_page.waitlist")}
          </a>
          <a class="button quiet" href={`/desk/appointments?patient_id=${id}`}>
            {t("patient_page.visits")}
          </a>
          {found.data?.active && (
            <a class="button" href={`/desk/appointments/new?patient_id=${id}`}>
              {t("patient_page.book")}
            </a>
          )}
        </>
      }
    >
      <Ready of={found}>
        {(patient) => (
          <>
            <p class="row">
              <b>{patient.reference}</b>
              {patient.date_of_birth && <span>{t("patient.born", { date: dateOnly(patient.date_of_birth) })}</span>}
              <span>{t(`sex.${patient.sex}`)}</span>
              {patient.email && <span>{patient.email}</span>}
            </p>
            {patient.merged_into_id !== null && <MergedInto patient={patient} isAdmin={isAdmin} />}
            {!patient.active && patient.merged_into_id === null && (
              <p class="warning more">{t("phone_booking.no_patient")}</p>
            )}
            <Reachable key={patient.version} patient={patient} put={found.put} />
            {!patient.can_sign_in && patient.active && <Invite patient={patient} isAdmin={isAdmin} />}
            {isAdmin && (
              <p class="row more">
                <a href={`/admin/people/${id}`}>{t("patient_page.account")}</a>
                {patient.active && <a href={`/desk/patients/${id}/merge`}>{t("patient_page.merge")}</a>}
              </p>
            )}
          </>
        )}
      </Ready>
    </Page>
  );
}

/** The record that goes on in place of a merged one. */
function MergedInto({ patient, isAdmin }: { patient: Patient; isAdmin: boolean }) {
  return (
    <p class="warning more">
      {t("patient_page.merged")}{" "}
      <a href={`/desk/patients/${patient.merged_into_id}`}>{t("patient_page.merged.open")}</a>{" "}
      {isAdmin && <a href={`/desk/patients/${patient.id}/merged`}>{t("patient_page.merged.undo")}</a>}
    </p>
  );
}

function Reachable({ patient, put }: { patient: Patient; put: (patient: Patient) => void }) {
  const [phone, setPhone] = useState(patient.phone ?? "");
  const [contact, setContact] = useState(contactText(patient.contact));
  const { busy, errors, submit } = useForm(
    () => checkContact(contact),
    async () => {
      const params = { path: { patient_id: patient.id }, header: unchanged(patient) };
      const body = { phone: phone.trim() || null, contact: contactBody(contact) };
      const done = await outcome(api.PUT("/api/reception/patients/{patient_id}", { params, body }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, ["phone", ...CONTACT_FIELDS]);
      put(done.data);
      return [];
    },
  );
  return (
    <form class="card more" noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <Field id="phone" type="tel" label={t("new_patient.phone")} value={phone} onValue={setPhone} mistakes={errors} />
      <ContactFields value={contact} onValue={setContact} mistakes={errors} />
      <Submit busy={busy} label={t("patient_page.save")} busyLabel={t("new_patient.busy")} />
    </form>
  );
}
