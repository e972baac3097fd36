/** Invites staff, and lists open invitations. */
import { useState } from "preact/hooks";
import { api, outcome, type Role, type Schemas } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { type Pages, usePages } from "../../../lib/loading/query";
import { now, when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Table } from "../../../ui/Table";
import { EmailInUse } from "../doctors/taken-email";
import { Made } from "./invitation-link";
import { WaitsFor } from "./waits-for";

type Invitation = Schemas["Invitation"];
type Invite = Schemas["Invite"];

const STAFF = ["lab", "reception", "admin", "doctor"] as const satisfies readonly Role[];
const BLANK: Invite = { full_name: "", email: "", role: "lab" };

export function Invitations() {
  const [made, setMade] = useState<Schemas["NewInvitation"] | null>(null);
  const list = usePages(
    (cursor) =>
      outcome(api.GET("/api/admin/invitations", { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
    [],
  );
  const took = (invitation: Schemas["NewInvitation"]): void => {
    setMade(invitation);
    list.again();
  };
  return (
    <>
      <div class="form-width">
        {made && <Made of={made} />}
        <InviteForm onMade={took} />
      </div>
      <section class="section dense" aria-labelledby="open">
        <h2 id="open">{t("invitations.open")}</h2>
        <Open list={list} onMade={took} />
      </section>
    </>
  );
}

function InviteForm({ onMade }: { onMade: (invitation: Schemas["NewInvitation"]) => void }) {
  const draft = useDraft("invite", BLANK);
  const { value } = draft;
  const [taken, setTaken] = useState<string | null>(null);
  const check = () =>
    missing({
      full_name: { value: value.full_name, say: "missing.doctor_name" },
      email: { value: value.email, say: "missing.staff_email" },
    });
  const act = async (): Promise<Mistake[]> => {
    setTaken(null);
    const body = { ...value, full_name: value.full_name.trim(), email: value.email.trim() };
    const made = await outcome(api.POST("/api/admin/invitations", { body }));
    if (made.ok) {
      draft.set(BLANK);
      draft.drop();
      onMade(made.data);
      return [];
    }
    if (made.problem.code !== "email_taken") return mistakes(made.problem, made.retryAfter, ["full_name", "email"]);
    setTaken(body.email);
    return [{ field: "email", message: t("invitation.taken") }];
  };
  const { busy, errors, submit } = useForm(check, act);
  return (
    <section aria-labelledby="invite">
      <h2 id="invite" class="form-title">
        {t("invitations.title")}
      </h2>
      <ErrorSummary mistakes={errors} />
      <EmailInUse email={taken} />
      <form noValidate onSubmit={submit}>
        <Field
          id="full_name"
          label={t("field.name")}
          value={value.full_name}
          onValue={(full_name) => draft.set({ ...value, full_name })}
          mistakes={errors}
        />
        <Field
          id="email"
          type="email"
          label={t("field.email")}
          value={value.email}
          onValue={(email) => draft.set({ ...value, email })}
          mistakes={errors}
        />
        <Radios
          id="role"
          label={t("people.role")}
          choices={STAFF.map((role) => ({
            value: role,
            text: t(`role.${role}`),
            ...(role === "doctor" && { hint: t("invitations.doctor.hint") }),
          }))}
          value={value.role}
          onValue={(role) => draft.set({ ...value, role: role as Role })}
        />
        <Submit busy={busy} label={t("invitations.submit")} busyLabel={t("invitations.busy")} />
      </form>
    </section>
  );
}

function Open({ list, onMade }: { list: Pages<Invitation>; onMade: (made: Schemas["NewInvitation"]) => void }) {
  const waiting = (items: readonly Invitation[]) => items.filter(({ accepted_at }) => accepted_at === null);
  const columns = [
    {
      head: t("people.name"),
      cell: ({ full_name, account_id }: Invitation) => <a href={`/admin/people/${account_id}`}>{full_name}</a>,
    },
    { head: t("field.email"), cell: ({ email }: Invitation) => <span class="email">{email}</span> },
    { head: t("people.role"), cell: ({ role }: Invitation) => t(`role.${role}`) },
    { head: t("invitations.expires"), cell: (invitation: Invitation) => <Expires of={invitation} /> },
    { head: t("invitations.again"), cell: (invitation: Invitation) => <Again of={invitation} onMade={onMade} /> },
    {
      head: t("invitations.withdraw"),
      cell: (invitation: Invitation) => <Withdraw of={invitation} onDone={() => list.again()} />,
    },
  ];
  const none = (
    <Empty>
      <p>{t("invitations.none")}</p>
    </Empty>
  );
  return (
    <Ready of={list} empty={none} isEmpty={({ items }) => waiting(items).length === 0}>
      {({ items }) => (
        <>
          <Table caption={t("invitations.open")} columns={columns} rows={waiting(items)} rowKey={({ id }) => id} />
          <More of={list} />
        </>
      )}
    </Ready>
  );
}

function Expires({ of: { expires_at, waits_for } }: { of: Invitation }) {
  if (waits_for) return <WaitsFor people={waits_for} />;
  if (Date.parse(expires_at) < now()) return <Chip tone="no-show">{t("invitations.expired")}</Chip>;
  return <>{when(expires_at)}</>;
}

/** The end of an invitation: its link stops working. */
function Withdraw({ of, onDone }: { of: Invitation; onDone: () => void }) {
  const [asking, setAsking] = useState(false);
  const send = async (): Promise<Mistake[]> => {
    const params = { path: { invitation_id: of.id } };
    const done = await outcome(api.DELETE("/api/admin/invitations/{invitation_id}", { params }));
    if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
    setAsking(false);
    onDone();
    return [];
  };
  return (
    <>
      <button
        type="button"
        class="button quiet small"
        aria-label={t("invitations.withdraw.for", { name: of.full_name })}
        onClick={() => setAsking(true)}
      >
        {t("invitations.withdraw.submit")}
      </button>
      {asking && (
        <AskDialog
          title={t("invitations.withdraw.ask", { name: of.full_name })}
          keep={t("invitations.withdraw.keep")}
          act={t("invitations.withdraw.submit")}
          busy={t("person.busy")}
          danger
          onClose={() => setAsking(false)}
          send={send}
        >
          <p>{t("invitations.withdraw.about", { email: of.email })}</p>
        </AskDialog>
      )}
    </>
  );
}

/** A new link for a lost or expired invitation; the old one stops working. */
function Again({ of, onMade }: { of: Invitation; onMade: (made: Schemas["NewInvitation"]) => void }) {
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const { email, full_name, role } = of;
      const made = await outcome(api.POST("/api/admin/invitations", { body: { email, full_name, role } }));
      if (!made.ok) return mistakes(made.problem, made.retryAfter, []);
      onMade(made.data);
      return [];
    },
  );
  return (
    <>
      <button
        type="button"
        class="button quiet small"
        aria-disabled={busy}
        aria-label={t("invitations.again.for", { name: of.full_name })}
        onClick={submit}
      >
        {t("invitations.again.submit")}
      </button>
      <span role="alert">{errors[0]?.message}</span>
    </>
  );
}
