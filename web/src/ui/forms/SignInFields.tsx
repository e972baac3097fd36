/** The fields of accounts: e-mail address, current password and new password, with the attributes for password managers. */
import type { Mistake } from "../../lib/forms/form";
import type { Password } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import { Field } from "./Field";

interface EmailProps {
  value: string;
  onValue: (value: string) => void;
  mistakes: readonly Mistake[];
}

interface PasswordProps {
  password: Password;
  label?: string;
  mistakes: readonly Mistake[];
}

export function Email(props: EmailProps) {
  return <Field {...props} id="email" label={t("field.email")} type="email" autocomplete="username" />;
}

/** `email` names the account where the form has no e-mail field. */
export function CurrentPassword({ email, ...props }: PasswordProps & { email?: string | undefined; hint?: string }) {
  return (
    <>
      {email && <input type="hidden" autocomplete="username" value={email} />}
      <PasswordField {...props} autocomplete="current-password" />
    </>
  );
}

export function NewPassword(props: PasswordProps) {
  return <PasswordField {...props} hint={t("field.new_password.hint")} autocomplete="new-password" />;
}

function PasswordField({
  password: { id, value, set },
  label = t("field.password"),
  ...field
}: PasswordProps & { hint?: string; autocomplete: string }) {
  return <Field {...field} id={id} label={label} type="password" value={value} onValue={set} />;
}
