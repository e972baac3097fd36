/** The change of one account by an administrator. */
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";

type Account = Schemas["ManagedAccount"];

export interface Props {
  person: Account;
  put: (person: Account) => void;
}

export function loadPerson(account_id: number) {
  return outcome(api.GET("/api/admin/accounts/{account_id}", { params: { path: { account_id } } }));
}

export function named(colleague: string): { colleague_id?: number } {
  return colleague ? { colleague_id: Number(colleague) } : {};
}

export async function change(
  person: Account,
  put: (person: Account) => void,
  body: Schemas["UpdateAccount"],
  onDone = put,
  onPassword = (): void => {},
): Promise<Mistake[]> {
  const params = { path: { account_id: person.id }, header: unchanged(person) };
  const done = await outcome(api.PUT("/api/admin/accounts/{account_id}", { params, body }));
  if (done.ok) onDone(done.data);
  if (done.ok) return [];
  const { code } = done.problem;
  if (code === "password_required" || code === "wrong_password") {
    onPassword();
    return [{ field: "password", message: t(`problem.${code}`) }];
  }
  const now = done.problem.code === "stale" ? await loadPerson(person.id) : null;
  if (!now?.ok) return mistakes(done.problem, done.retryAfter, ["role", "colleague_id"]);
  put(now.data);
  return [{ field: null, message: t("person.stale", { role: t(`role.${now.data.role}`) }) }];
}
