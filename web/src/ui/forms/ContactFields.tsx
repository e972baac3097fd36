/** The fields of the person to call about a patient; all empty: nobody is stored. */
import type { Schemas } from "../../api/client";
import { type Mistake, missing } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { Group } from "./Control";
import { Field } from "./Field";

export interface ContactText {
  name: string;
  phone: string;
  relation: string;
}

export const CONTACT_FIELDS = ["contact.name", "contact.phone", "contact.relation"];

export function contactText(contact: Schemas["ContactPerson"] | null): ContactText {
  return { name: contact?.name ?? "", phone: contact?.phone ?? "", relation: contact?.relation ?? "" };
}

/** Null: nobody. */
export function contactBody({ name, phone, relation }: ContactText): Schemas["SetContactPerson"] | null {
  if (`${name}${phone}${relation}`.trim() === "") return null;
  return { name: name.trim(), phone: phone.trim(), relation: relation.trim() || null };
}

export function checkContact(text: ContactText): Mistake[] {
  if (contactBody(text) === null) return [];
  return missing({
    "contact.name": { value: text.name, say: "contact.missing.name" },
    "contact.phone": { value: text.phone, say: "contact.missing.phone" },
  });
}

interface Props {
  value: ContactText;
  onValue: (value: ContactText) => void;
  mistakes: readonly Mistake[];
}

export function ContactFields({ value, onValue, mistakes }: Props) {
  const field = (name: keyof ContactText) => ({
    id: `contact.${name}`,
    label: t(`contact.${name}`),
    value: value[name],
    onValue: (text: string) => onValue({ ...value, [name]: text }),
    mistakes,
  });
  return (
    <Group id="contact" label={t("contact.title")} hint={t("contact.hint")} optional>
      <Field {...field("name")} />
      <Field {...field("phone")} type="tel" />
      <Field {...field("relation")} hint={t("contact.relation.hint")} optional />
    </Group>
  );
}
