/** The sections of the profile; each is a form for its own fields. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Account, api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { account } from "../../../lib/session/account";
import { Details } from "../../../ui/Details";
import { BirthDate, dateOf, partsOf } from "../../../ui/forms/BirthDate";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { SexChoice } from "../../../ui/forms/SexChoice";
import { Submit } from "../../../ui/forms/Submit";

interface Props {
  me: Account;
  put: (me: Account) => void;
}

export function Name({ me, put }: Props) {
  const [name, setName, sent] = useChange("profile.name", me.full_name);
  const check = () => missing({ full_name: { value: name, say: "missing.name" } });
  return (
    <Section
      name="name"
      check={check}
      save={() => save(me, put, { full_name: name.trim() })}
      onSaved={sent}
      fields={(errors) => (
        <Field
          id="full_name"
          label={t("field.name")}
          autocomplete="name"
          value={name}
          onValue={setName}
          mistakes={errors}
        />
      )}
    />
  );
}

export function About({ me, put }: Props) {
  const known = { born: partsOf(me.date_of_birth), sex: me.sex };
  const [{ born, sex }, setAbout, sent] = useChange("profile.about", known);
  // a known date is corrected, not removed
  const check = () =>
    dateOf(born) || (me.date_of_birth === null && dateOf(born) === null)
      ? []
      : [{ field: "date_of_birth", message: t("malformed.date_of_birth") }];
  return (
    <Section
      name="about"
      check={check}
      save={() => save(me, put, { date_of_birth: dateOf(born) ?? null, sex })}
      onSaved={sent}
      fields={(errors) => (
        <>
          <BirthDate
            id="date_of_birth"
            label={t("field.date_of_birth")}
            optional={me.date_of_birth === null}
            value={born}
            onValue={(value) => setAbout({ born: value, sex })}
            mistakes={errors}
          />
          <SexChoice
            value={sex}
            onValue={(value) => setAbout({ born, sex: value as Account["sex"] })}
            mistakes={errors}
          />
        </>
      )}
    />
  );
}

export function Contact({ me, put }: Props) {
  const [phone, setPhone, sent] = useChange("profile.phone", me.phone ?? "");
  return (
    <Section
      name="contact"
      check={() => []}
      save={() => save(me, put, { phone: phone.trim() || null })}
      onSaved={sent}
      fields={(errors) => (
        <>
          <Details of={[[t("field.email"), me.email]]} />
          <Field
            id="phone"
            label={t("field.phone")}
            hint={t("profile.phone.hint")}
            type="tel"
            autocomplete="tel"
            optional
            value={phone}
            onValue={setPhone}
            mistakes={errors}
          />
        </>
      )}
    />
  );
}

/** The typed value, otherwise the current one. */
function useChange<T>(name: string, known: T): [value: T, set: (value: T) => void, sent: () => void] {
  const draft = useDraft<T | null>(name, null);
  const sent = (): void => {
    draft.set(null);
    draft.drop();
  };
  return [draft.value ?? known, draft.set, sent];
}

interface SectionProps {
  name: "name" | "about" | "contact";
  check: () => Mistake[];
  /** The mistakes; empty after success. */
  save: () => Promise<Mistake[]>;
  onSaved: () => void;
  fields: (errors: readonly Mistake[]) => ComponentChildren;
}

function Section({ name, check, save, onSaved, fields }: SectionProps) {
  const [saved, setSaved] = useState(false);
  const act = async (): Promise<Mistake[]> => {
    setSaved(false);
    const errors = await save();
    if (errors.length > 0) return errors;
    onSaved();
    setSaved(true);
    return [];
  };
  const { busy, errors, submit } = useForm(check, act);
  return (
    <section class="section profile-section" aria-labelledby={`${name}-heading`}>
      <h2 id={`${name}-heading`}>{t(`profile.${name}`)}</h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} onInput={() => setSaved(false)}>
        {fields(errors)}
        <Submit id={`save-${name}`} busy={busy} label={t(`profile.${name}.save`)} busyLabel={t("profile.busy")} />
      </form>
      <div role="status">{saved && <p class="done profile-done">{t(`profile.${name}.saved`)}</p>}</div>
    </section>
  );
}

/** Change a part of the account, and update the account shown in the header. */
async function save(me: Account, put: (me: Account) => void, change: Partial<Schemas["UpdateMe"]>): Promise<Mistake[]> {
  const { full_name, date_of_birth, sex, phone } = me;
  const body = { full_name, date_of_birth, sex, phone, ...change };
  const saved = await outcome(api.PUT("/auth/me", { params: { header: unchanged(me) }, body }));
  if (saved.ok) {
    put(saved.data);
    account.set(saved.data);
    return [];
  }
  if (saved.problem.code !== "stale") return mistakes(saved.problem, saved.retryAfter, Object.keys(change));
  const now = await outcome(api.GET("/auth/me"));
  if (now.ok) put(now.data);
  return [{ field: null, message: t("profile.stale") }];
}
