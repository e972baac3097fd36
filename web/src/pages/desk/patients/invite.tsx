/** The invitation of a patient to their record: send it, send it again, withdraw it. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { longWhen } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { Ready } from "../../../ui/Ready";

type Patient = Schemas["DeskPatient"];
type Invitation = Schemas["PatientInvitation"];
interface Owner {
  id: number;
  proved: boolean;
}

export function Invite({ patient, isAdmin }: { patient: Patient; isAdmin: boolean }) {
  const params = { path: { patient_id: patient.id } };
  const found = useLoad(
    () => outcome(api.GET("/api/reception/patients/{patient_id}/invitation", { params })),
    [patient.id],
  );
  const put = (invitation: Invitation | null) => found.put({ patient_id: patient.id, invitation });
  return (
    <section class="card more" aria-labelledby="invite">
      <h2 id="invite">{t("patient_page.invite")}</h2>
      <p class="muted">{t("patient_page.invite.about")}</p>
      <Ready of={found}>
        {({ invitation }) => (
          <>
            <Send patient={patient} isAdmin={isAdmin} sent={invitation} put={put} />
            {invitation && <Withdraw patient={patient} put={put} />}
          </>
        )}
      </Ready>
    </section>
  );
}

interface Props {
  patient: Patient;
  put: (invitation: Invitation | null) => void;
}

function Send({ patient, isAdmin, sent, put }: Props & { isAdmin: boolean; sent: Invitation | null }) {
  const [email, setEmail] = useState(patient.email ?? "");
  const [owner, setOwner] = useState<Owner | null>(null);
  const mayTake = isAdmin && owner !== null && !owner.proved;
  const check = (): Mistake[] => missing({ email: { value: email, say: "patient_page.missing.email" } });
  const { busy, errors, submit } = useForm(check, async () => {
    const params = { path: { patient_id: patient.id } };
    const body = { email: email.trim(), take_address: mayTake };
    setOwner(null);
    const done = await outcome(api.POST("/api/reception/patients/{patient_id}/invitation", { params, body }));
    if (!done.ok) {
      const { problem } = done;
      if (problem.code === "address_in_use") setOwner({ id: problem.account_id, proved: problem.proved });
      return mistakes(problem, done.retryAfter, ["email"]);
    }
    put(done.data);
    return [];
  });
  return (
    <>
      <form noValidate onSubmit={submit}>
        <ErrorSummary mistakes={errors} />
        {owner && (
          <p class="warning">
            {t(owner.proved ? "patient_page.in_use.proved" : "patient_page.in_use")}{" "}
            <a href={`/desk/patients/${owner.id}`}>{t("patient_page.in_use.show")}</a>{" "}
            {isAdmin && <a href={`/desk/patients/${patient.id}/merge?into=${owner.id}`}>{t("duplicates.compare")}</a>}
          </p>
        )}
        <Field
          id="email"
          type="email"
          label={t("patient_page.email")}
          value={email}
          onValue={(typed) => {
            setEmail(typed);
            setOwner(null);
          }}
          mistakes={errors}
        />
        <Submit
          busy={busy}
          label={t(
            mayTake ? "patient_page.in_use.take" : sent ? "patient_page.invite.again" : "patient_page.invite.submit",
          )}
          busyLabel={t("new_patient.busy")}
        />
      </form>
      <div role="status">
        {sent && <p>{t("patient_page.invited", { email: sent.email, when: longWhen(sent.expires_at) })}</p>}
      </div>
    </>
  );
}

function Withdraw({ patient, put }: Props) {
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const params = { path: { patient_id: patient.id } };
      const done = await outcome(api.DELETE("/api/reception/patients/{patient_id}/invitation", { params }));
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      put(null);
      return [];
    },
  );
  return (
    <form noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <button type="submit" class="button quiet" aria-disabled={busy}>
        {t(busy ? "new_patient.busy" : "patient_page.invite.withdraw")}
      </button>
    </form>
  );
}
