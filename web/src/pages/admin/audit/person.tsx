/** A filter by person: chosen by name or e-mail in a dialog, kept as an id in the address. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { Dialog } from "../../../ui/Dialog";
import { Empty } from "../../../ui/Empty";
import { Group } from "../../../ui/forms/Control";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { Ready } from "../../../ui/Ready";

const SHORTEST = 2;
const SHOWN = 10;

export type Named = "person" | "patient";

interface Props {
  name: Named;
  id: number | null;
  /** Opens the dialog, which holds a form and so is rendered outside this form. */
  ask: () => void;
  clear: () => void;
}

export function PersonFilter({ name, id, ask, clear }: Props) {
  const label = t(`audit.${name}`);
  const opener = useRef<HTMLButtonElement>(null);
  const anybody = (): void => {
    // the pressed button is removed with the name
    opener.current?.focus();
    clear();
  };
  return (
    <Group id={`filter-${name}`} label={label}>
      <div class="audit-person">
        {id === null ? <span class="muted">{t("audit.anybody")}</span> : <Chosen id={id} />}
        <button type="button" class="button quiet small" ref={opener} onClick={ask}>
          <span aria-hidden="true">{t("audit.choose")}</span>
          <span class="unseen">{t(`audit.choose.${name}`)}</span>
        </button>
        {id !== null && (
          <button type="button" class="link" onClick={anybody}>
            {t("audit.clear")}
            <span class="unseen">: {label}</span>
          </button>
        )}
      </div>
    </Group>
  );
}

/** The name once it is loaded; until then the id of the address. */
function Chosen({ id }: { id: number }) {
  const params = { path: { account_id: id } };
  const person = useLoad(() => outcome(api.GET("/api/admin/accounts/{account_id}", { params })), [id]);
  return <b>{person.data?.full_name ?? t("trail.gone", { id })}</b>;
}

interface ChoiceProps {
  name: Named;
  pick: (id: string) => void;
  onClose: () => void;
}

export function PersonChoice({ name, pick, onClose }: ChoiceProps) {
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => document.getElementById("audit-q")?.focus(), []);
  const { busy, errors, submit } = useForm(
    () => (typed.trim().length < SHORTEST ? [{ field: "audit-q", message: t("audit.search.short") }] : []),
    async () => {
      setQ(typed.trim());
      return [];
    },
  );
  return (
    <Dialog title={t(`audit.choose.${name}`)} onClose={onClose}>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Field
          id="audit-q"
          label={t("audit.search")}
          type="search"
          value={typed}
          onValue={setTyped}
          mistakes={errors}
          input={{ maxLength: 100, inputMode: "search" }}
        />
        <div class="row">
          <Submit id="audit-search" busy={busy} label={t("audit.search.submit")} busyLabel={t("audit.search.submit")} />
          <button type="button" class="button quiet" onClick={onClose}>
            {t("audit.close")}
          </button>
        </div>
      </form>
      {q !== "" && <Matches q={q} only={name === "patient"} pick={pick} />}
    </Dialog>
  );
}

function Matches({ q, only, pick }: { q: string; only: boolean; pick: (id: string) => void }) {
  const query = { q, limit: SHOWN, ...(only && { role: "patient" as const }) };
  const found = useLoad(() => outcome(api.GET("/api/admin/accounts", { params: { query } })), [q, only]);
  const none = (
    <Empty>
      <p>{t("audit.search.none")}</p>
    </Empty>
  );
  return (
    <div class="audit-matches" role="status">
      <Ready of={found} empty={none}>
        {({ items, next_cursor }) => (
          <>
            <ul class="lines">
              {items.map((person) => (
                <Match key={person.id} person={person} pick={pick} />
              ))}
            </ul>
            {next_cursor && <p class="small muted">{t("audit.search.first", { count: SHOWN })}</p>}
          </>
        )}
      </Ready>
    </div>
  );
}

function Match({ person, pick }: { person: Schemas["ListedAccount"]; pick: (id: string) => void }) {
  const { id, full_name, role, email } = person;
  return (
    <li>
      <button type="button" class="link strong" onClick={() => pick(String(id))}>
        {full_name}
      </button>
      <span class="small muted">
        {t(`role.${role}`)}, {email}
      </span>
    </li>
  );
}
