/** Correction of a person's legal details by the desk, with a reason, and the earlier corrections. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { BirthDate, dateOf, partsOf } from "../../../ui/forms/BirthDate";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { SexChoice } from "../../../ui/forms/SexChoice";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { LegalChanges } from "../../../ui/LegalChanges";
import { Ready } from "../../../ui/Ready";

type Account = Schemas["ListedAccount"];
interface Props {
  person: Account;
  put: (person: Account) => void;
}

const FIELDS = ["full_name", "date_of_birth", "sex", "reason"];

export function LegalDetails({ person, put }: Props) {
  const [open, setOpen] = useState(false);
  const path = { account_id: person.id };
  const found = useLoad(
    () =>
      outcome(
        api.GET("/api/admin/accounts/{account_id}/legal-details/changes", { params: { path, query: { limit: 20 } } }),
      ),
    [person.id, person.version],
  );
  const saved = (now: Account): void => {
    setOpen(false);
    put(now);
  };
  return (
    <section class="card" aria-labelledby="legal">
      <h2 id="legal">{t("legal.title")}</h2>
      <p class="muted">{t("legal.desk")}</p>
      {open ? (
        <Correct person={person} put={saved} />
      ) : (
        <button type="button" class="button quiet" onClick={() => setOpen(true)}>
          {t("legal.open")}
        </button>
      )}
      <Ready of={found}>{({ items }) => <LegalChanges of={items} />}</Ready>
    </section>
  );
}

function Correct({ person, put }: Props) {
  const [name, setName] = useState(person.full_name);
  const [born, setBorn] = useState(partsOf(person.date_of_birth));
  const [sex, setSex] = useState<string>(person.sex);
  const [reason, setReason] = useState("");
  const check = (): Mistake[] => [
    ...missing({ full_name: { value: name, say: "missing.doctor_name" } }),
    ...(dateOf(born) || (person.date_of_birth === null && dateOf(born) === null)
      ? []
      : [{ field: "date_of_birth", message: t("malformed.date_of_birth") }]),
    ...(reason.trim().length < 5 ? [{ field: "reason", message: t("legal.reason.missing") }] : []),
  ];
  const { busy, errors, submit } = useForm(check, async () => {
    const body = {
      full_name: name.trim(),
      date_of_birth: dateOf(born) ?? null,
      sex: sex as Account["sex"],
      reason: reason.trim(),
    };
    const params = { path: { account_id: person.id }, header: unchanged(person) };
    const done = await outcome(api.PUT("/api/admin/accounts/{account_id}/legal-details", { params, body }));
    if (!done.ok) return mistakes(done.problem, done.retryAfter, FIELDS);
    put(done.data);
    return [];
  });
  return (
    <form noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <Field id="full_name" label={t("field.name")} value={name} onValue={setName} mistakes={errors} />
      <BirthDate
        id="date_of_birth"
        label={t("field.date_of_birth")}
        optional={person.date_of_birth === null}
        value={born}
        onValue={setBorn}
        mistakes={errors}
      />
      <SexChoice value={sex} onValue={setSex} mistakes={errors} />
      <TextArea
        id="reason"
        label={t("legal.reason")}
        hint={t("legal.reason.hint")}
        longest={500}
        value={reason}
        onValue={setReason}
        mistakes={errors}
      />
      <Submit id="correct" busy={busy} label={t("legal.submit")} busyLabel={t("person.busy")} />
    </form>
  );
}
