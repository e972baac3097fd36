/** The role of an account. A role of staff is confirmed with its consequence in words, and by a fresh sign-in. */
import { useState } from "preact/hooks";
import type { Role, Schemas } from "../../../api/client";
import { type Mistake, useForm } from "../../../lib/forms/form";
import { usePassword } from "../../../lib/forms/password";
import { t } from "../../../lib/i18n/i18n";
import { AskDialog } from "../../../ui/AskDialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { CurrentPassword } from "../../../ui/forms/SignInFields";
import { Submit } from "../../../ui/forms/Submit";
import { change, named, type Props } from "./change-account";
import { Handover, LastOfLaboratory } from "./handover";
import { ROLES } from "./people";
import { WaitsFor } from "./waits-for";

export function ChangeRole({ person, put }: Props) {
  const [role, setRole] = useState<Role>(person.role);
  const [saved, setSaved] = useState(false);
  const [colleague, setColleague] = useState("");
  const [asking, setAsking] = useState(false);
  const leaves = person.role === "doctor" && person.active && role !== "doctor";
  const send = async (password?: string, onPassword?: () => void): Promise<Mistake[]> => {
    const body = { role, active: person.active, ...(leaves && named(colleague)), ...(password && { password }) };
    const failed = await change(person, put, body, put, onPassword);
    setSaved(failed.length === 0);
    return failed;
  };
  const { busy, errors, submit } = useForm(
    () => (role === person.role ? [{ field: "role", message: t("person.role.same") }] : []),
    async () => {
      if (role === "patient") return send();
      setAsking(true);
      return [];
    },
  );
  return (
    <section aria-labelledby="role-title">
      <h2 id="role-title" class="form-title">
        {t("person.role")}
      </h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} onInput={() => setSaved(false)}>
        <Radios
          id="role"
          label={t("person.role.choose", { name: person.full_name })}
          hint={t("person.role.hint")}
          choices={ROLES.map((value) => ({ value, text: t(`role.${value}`) }))}
          value={role}
          onValue={(chosen) => setRole(chosen as Role)}
          mistakes={errors}
        />
        {person.role === "lab" && person.active && role !== "lab" && <LastOfLaboratory id={person.id} />}
        {leaves && <Handover id={person.id} value={colleague} onValue={setColleague} lead={t("handover.waits.role")} />}
        <Submit busy={busy} label={t("person.role.submit")} busyLabel={t("person.busy")} />
      </form>
      <div role="status" class="outcome">
        {saved && !person.waits_for && <p class="done">{t("person.role.saved")}</p>}
        {person.waits_for && <Waits people={person.waits_for} />}
      </div>
      {asking && role !== "patient" && (
        <AskStaff person={person} role={role} send={send} onClose={() => setAsking(false)} />
      )}
    </section>
  );
}

interface AskProps {
  person: Props["person"];
  role: Exclude<Role, "patient">;
  send: (password?: string, onPassword?: () => void) => Promise<Mistake[]>;
  onClose: () => void;
}

function AskStaff({ person, role, send, onClose }: AskProps) {
  const password = usePassword("password");
  const [prove, setProve] = useState(false);
  const [wrong, setWrong] = useState<readonly Mistake[]>([]);
  const sent = async (): Promise<Mistake[]> => {
    const found = await send(prove ? password.value : undefined, () => setProve(true));
    setWrong(found);
    if (found.length === 0) onClose();
    return found;
  };
  return (
    <AskDialog
      title={t("person.staff.ask", { name: person.full_name, role: t(`role.${role}`) })}
      keep={t("person.staff.keep")}
      act={t("person.role.submit")}
      busy={t("person.busy")}
      danger
      onClose={onClose}
      send={sent}
    >
      <p>{t(`person.staff.about.${role}`)}</p>
      {person.role === "patient" && <p>{t("person.staff.patient")}</p>}
      {prove && <CurrentPassword password={password} label={t("person.lock.password")} mistakes={wrong} />}
    </AskDialog>
  );
}

/** A role or the account itself that waits for another administrator. */
function Waits({ people }: { people: readonly Schemas["Person"][] }) {
  return (
    <p class="info">
      {t("person.waits")} <WaitsFor people={people} />{" "}
      <a href="/admin/people/approvals">{t("invitation.waits.show")}</a>
    </p>
  );
}
