/** Refusals of passwords and codes as mistakes of their fields. */
import type { Failure } from "../../api/client";
import { type Mistake, mistakes } from "../../lib/forms/form";
import { problemText } from "../../lib/i18n/problem-text";

const FIELDS: Readonly<Record<string, string>> = {
  wrong_password: "current_password",
  weak_password: "new_password",
  invalid_credentials: "current_password",
  wrong_otp: "otp",
};

/** The mistakes of a refusal; `input` is the id of the password field where it is not the API's name. */
export function passwordMistakes({ problem, retryAfter }: Failure, input?: string): Mistake[] {
  const field = FIELDS[problem.code];
  if (!field) return mistakes(problem, retryAfter, ["new_password"]);
  // the e-mail address is known here: only the password can be wrong
  const code = field === "current_password" ? "wrong_password" : problem.code;
  return [{ field: input ?? field, message: problemText({ ...problem, code } as typeof problem, retryAfter) }];
}
