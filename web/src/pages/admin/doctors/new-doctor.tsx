/** Add a doctor: profile and e-mail address, then the link with which they choose a password. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Made } from "../people/invitation-link";
import { BLANK, checked, DoctorFields, PROFILE_FIELDS, profileOf } from "./doctor-fields";
import { EmailInUse } from "./taken-email";
import "../../../style/portals/admin.css";

export default function NewDoctor(_: OwnProps) {
  const [made, setMade] = useState<Schemas["NewDoctor"] | null>(null);
  const back = { href: "/admin/doctors", text: t("new_doctor.back") };
  return (
    <Page title={t("new_doctor.title")} lead={t("new_doctor.lead")} width="narrow" back={back}>
      {made === null && <Add onMade={setMade} />}
      {made !== null && (
        <>
          <Made
            of={{
              full_name: made.full_name,
              email: made.email,
              url: made.invitation_url,
              expires_at: made.invitation_expires_at,
              waits_for: made.waits_for,
            }}
          />
          <p class="row more">
            <a href={`/admin/doctors/${made.id}`}>{t("new_doctor.open", { name: made.full_name })}</a>
            <button type="button" class="button quiet" onClick={() => setMade(null)}>
              {t("new_doctor.another")}
            </button>
          </p>
        </>
      )}
    </Page>
  );
}

function Add({ onMade }: { onMade: (doctor: Schemas["NewDoctor"]) => void }) {
  const draft = useDraft("new-doctor", { ...BLANK, email: "" });
  const [taken, setTaken] = useState<string | null>(null);
  const { value } = draft;
  const check = () => [...missing({ email: { value: value.email, say: "missing.staff_email" } }), ...checked(value)];
  const act = async (): Promise<Mistake[]> => {
    setTaken(null);
    const body = { ...profileOf(value), email: value.email.trim() };
    const made = await outcome(api.POST("/api/admin/doctors", { body }));
    if (made.ok) {
      draft.drop();
      onMade(made.data);
      return [];
    }
    if (made.problem.code !== "email_taken")
      return mistakes(made.problem, made.retryAfter, ["email", ...PROFILE_FIELDS]);
    setTaken(body.email);
    return [{ field: "email", message: t("invitation.taken") }];
  };
  const { busy, errors, submit } = useForm(check, act);
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <EmailInUse email={taken} />
      <form noValidate onSubmit={submit}>
        <Field
          id="email"
          type="email"
          label={t("field.email")}
          hint={t("new_doctor.email.hint")}
          value={value.email}
          onValue={(email) => draft.set({ ...value, email })}
          mistakes={errors}
        />
        <DoctorFields value={value} put={(change) => draft.set({ ...value, ...change })} errors={errors} />
        <Submit busy={busy} label={t("new_doctor.submit")} busyLabel={t("new_doctor.busy")} />
      </form>
    </>
  );
}
