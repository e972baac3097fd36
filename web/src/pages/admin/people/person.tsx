/** One account: person, role and lock. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, missing, useForm } from "../../../lib/forms/form";
import { usePassword } from "../../../lib/forms/password";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Details } from "../../../ui/Details";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { CurrentPassword } from "../../../ui/forms/SignInFields";
import { Submit } from "../../../ui/forms/Submit";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";
import { change, loadPerson, named, type Props } from "./change-account";
import { ChangeRole } from "./change-role";
import { Handover, LastOfLaboratory } from "./handover";
import { LegalDetails } from "./legal-details";
import { Lock } from "./people";
import "../../../style/portals/admin.css";

type Account = Schemas["ManagedAccount"];
export default function PersonPage({ params, account }: OwnProps) {
  const id = idOf(params.id);
  return id === null ? <NotFound /> : <Known id={id} own={id === account.id} />;
}

function Known({ id, own }: { id: number; own: boolean }) {
  const found = useLoad(() => loadPerson(id), [id]);
  return (
    <Ready of={found} whole>
      {(person) => (
        <Page
          title={person.full_name}
          lead={t(`role.${person.role}`)}
          back={{ href: "/admin/people", text: t("person.back") }}
        >
          <div class="columns">
            <div class="stack">
              <About person={person} />
              {own && <p class="info">{t("person.own")}</p>}
              {!own && <ChangeRole person={person} put={found.put} />}
              <LegalDetails person={person} put={(now) => found.put({ ...person, ...now })} />
            </div>
            <div class="stack">
              {!own && <SignIn person={person} put={found.put} />}
              {!(person.active && person.role === "doctor") && <LeftWork person={person} put={found.put} />}
            </div>
          </div>
        </Page>
      )}
    </Ready>
  );
}

function About({ person }: { person: Account }) {
  const {
    id,
    email,
    email_confirmed,
    phone,
    date_of_birth: born,
    created_at,
    active,
    role,
    reference,
    contact,
  } = person;
  return (
    <section aria-label={t("person.about")}>
      <Details
        of={[
          [t("field.email"), email_confirmed ? email : email && t("identity.unconfirmed", { email })],
          [t("field.phone"), phone && <Tel number={phone} />],
          [t("field.date_of_birth"), born && dateOnly(born)],
          [t("contact.title"), contact && [contact.name, contact.relation, contact.phone].filter(Boolean).join(", ")],
          [t("person.number"), reference ?? id],
          [t("person.since"), when(created_at)],
          [t("people.active"), <Lock key="lock" active={active} />],
        ]}
      />
      <p class="row more">
        {role === "doctor" && <a href={`/admin/doctors/${id}`}>{t("person.doctor")}</a>}
        {role === "patient" && <a href={`/desk/appointments?patient_id=${id}`}>{t("person.visits")}</a>}
        {role === "patient" && active && <a href={`/desk/appointments/new?patient_id=${id}`}>{t("person.book")}</a>}
        {role === "patient" && <a href={`/admin/people/${id}/bookings`}>{t("person.bookings")}</a>}
        <a href={`/admin/people/${id}/sessions`}>{t("person.sessions")}</a>
        <a href={`/admin/audit?account_id=${id}`}>{t("person.audit")}</a>
        {role === "patient" && <a href={`/admin/audit?patient_id=${id}`}>{t("person.audit.about")}</a>}
      </p>
    </section>
  );
}

function SignIn({ person, put }: Props) {
  const [confirming, setConfirming] = useState<"lock" | "factor" | null>(null);
  const [colleague, setColleague] = useState("");
  const password = usePassword("password");
  const [prove, setProve] = useState(false);
  const [wrong, setWrong] = useState<readonly Mistake[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);
  const { role, active } = person;
  const done = (now: Account): void => {
    put(now);
    setConfirming(null);
    // the button that opened the dialog is gone, so focus goes to the heading
    requestAnimationFrame(() => heading.current?.focus());
  };
  const sent = async (body: Schemas["UpdateAccount"]): Promise<Mistake[]> => {
    const found = await change(person, put, body, done, () => setProve(true));
    setWrong(found);
    return found;
  };
  return (
    <section class="card lock" aria-labelledby="lock">
      <h2 id="lock" tabIndex={-1} ref={heading}>
        {t("person.lock.title")}
      </h2>
      <p role="status">{t(active ? "person.lock.open" : "person.lock.locked")}</p>
      {active && (
        <button type="button" class="button quiet" onClick={() => setConfirming("lock")}>
          {t("person.lock.submit")}
        </button>
      )}
      {!active && <Unlock send={() => sent({ role, active: true })} />}
      {person.second_factor && (
        <>
          <p>{t("person.factor")}</p>
          <button type="button" class="button quiet" onClick={() => setConfirming("factor")}>
            {t("person.factor.submit")}
          </button>
        </>
      )}
      {confirming && (
        <AskDialog
          title={t(`person.${confirming}.ask`, { name: person.full_name })}
          keep={t(`person.${confirming}.keep`)}
          act={t(`person.${confirming}.submit`)}
          busy={t("person.busy")}
          danger
          onClose={() => {
            setConfirming(null);
            setProve(false);
          }}
          send={() =>
            sent(
              confirming === "lock"
                ? { role, active: false, ...named(colleague), ...(prove && { password: password.value }) }
                : { role, active, second_factor: false, ...(prove && { password: password.value }) },
            )
          }
        >
          <p>
            {t(confirming === "lock" && role === "doctor" ? "person.lock.about.doctor" : `person.${confirming}.about`)}
          </p>
          {confirming === "lock" && role === "doctor" && (
            <Handover id={person.id} value={colleague} onValue={setColleague} lead={t("handover.waits.lock")} />
          )}
          {confirming === "lock" && role === "lab" && <LastOfLaboratory id={person.id} />}
          {prove && <CurrentPassword password={password} label={t("person.lock.password")} mistakes={wrong} />}
        </AskDialog>
      )}
    </section>
  );
}

/** Work of a doctor that left: the colleague for it, and the choice of another one. */
function LeftWork({ person, put }: Props) {
  const [colleague, setColleague] = useState("");
  const params = { path: { account_id: person.id } };
  const found = useLoad(
    () => outcome(api.GET("/api/admin/accounts/{account_id}/open-work", { params })),
    [person.id, person.version],
  );
  const { role, active } = person;
  const { busy, errors, submit } = useForm(
    () => missing({ colleague_id: { value: colleague, say: "handover.missing" } }),
    () => change(person, put, { role, active, ...named(colleague) }),
  );
  if (!found.data?.left_at || found.data.work.total === 0) return null;
  return (
    <section class="card" aria-labelledby="left-work">
      <h2 id="left-work">{t("handover.title")}</h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Handover
          key={person.version}
          id={person.id}
          value={colleague}
          onValue={setColleague}
          lead={t("handover.no_owner")}
        />
        <Submit busy={busy} label={t("handover.submit")} busyLabel={t("person.busy")} />
      </form>
    </section>
  );
}

function Unlock({ send }: { send: () => Promise<Mistake[]> }) {
  const { busy, errors, submit } = useForm(() => [], send);
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate class="row" onSubmit={submit}>
        <Submit id="unlock" busy={busy} label={t("person.unlock.submit")} busyLabel={t("person.busy")} />
      </form>
    </>
  );
}
