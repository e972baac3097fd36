/** What is wrong with passwords, at the fields that it is wrong with. */
import type { Failure } from "../../api/client";
import { type Mistake, mistakes } from "../../lib/form";
import { said } from "../../lib/problem-text";

const FIELDS: Readonly<Record<string, string>> = {
  wrong_password: "current_password",
  weak_password: "new_password",
  invalid_credentials: "current_password",
  wrong_otp: "otp",
};

export function passwordMistakes({ problem, retryAfter }: Failure): Mistake[] {
  const field = FIELDS[problem.code];
  if (!field) return mistakes(problem, retryAfter, ["new_password"]);
  // at a field of one's own password the e-mail address is right
  const code = field === "current_password" ? "wrong_password" : problem.code;
  return [{ field, message: said({ ...problem, code } as typeof problem, retryAfter) }];
}
