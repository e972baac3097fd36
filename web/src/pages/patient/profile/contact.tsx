/** The patient's e-mail address, telephone number and person to call; the last two are a form. */
import { useState } from "preact/hooks";
import { type Account, api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { account } from "../../../lib/session/account";
import { Details } from "../../../ui/Details";
import {
  CONTACT_FIELDS,
  ContactFields,
  type ContactText,
  checkContact,
  contactBody,
  contactText,
} from "../../../ui/forms/ContactFields";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";

interface Props {
  me: Account;
  put: (me: Account) => void;
}

export function Contact({ me, put }: Props) {
  const draft = useDraft<string | null>("profile.phone", null);
  const person = useDraft<ContactText | null>("profile.contact", null);
  const [saved, setSaved] = useState(false);
  const phone = draft.value ?? me.phone ?? "";
  const contact = person.value ?? contactText(me.contact);
  const { busy, errors, submit } = useForm(
    () => checkContact(contact),
    async () => {
      setSaved(false);
      const failed = await save(me, put, { phone: phone.trim() || null, contact: contactBody(contact) });
      if (failed.length > 0) return failed;
      draft.set(null);
      draft.drop();
      person.set(null);
      person.drop();
      setSaved(true);
      return [];
    },
  );
  const email = me.email_confirmed ? me.email : t("identity.unconfirmed", { email: me.email });
  return (
    <section class="section profile-section" aria-labelledby="contact-heading">
      <h2 id="contact-heading">{t("profile.contact")}</h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} onInput={() => setSaved(false)}>
        <Details of={[[t("field.email"), email]]} />
        <Field
          id="phone"
          label={t("field.phone")}
          hint={t("profile.phone.hint")}
          type="tel"
          autocomplete="tel"
          optional
          value={phone}
          onValue={draft.set}
          mistakes={errors}
        />
        <ContactFields value={contact} onValue={person.set} mistakes={errors} />
        <Submit id="save-contact" busy={busy} label={t("profile.contact.save")} busyLabel={t("profile.busy")} />
      </form>
      <div role="status">{saved && <p class="done profile-done">{t("profile.contact.saved")}</p>}</div>
    </section>
  );
}

/** Change the number and the person to call, and update the account shown in the header. */
async function save(me: Account, put: (me: Account) => void, body: Schemas["UpdateMe"]): Promise<Mistake[]> {
  const saved = await outcome(api.PUT("/auth/me", { params: { header: unchanged(me) }, body }));
  if (saved.ok) {
    put(saved.data);
    account.set(saved.data);
    return [];
  }
  if (saved.problem.code !== "stale") return mistakes(saved.problem, saved.retryAfter, ["phone", ...CONTACT_FIELDS]);
  const now = await outcome(api.GET("/auth/me"));
  if (now.ok) put(now.data);
  return [{ field: null, message: t("profile.stale") }];
}
