/** The text of a problem. */
import type { NoAnswer, Problem } from "../../api/client";
import { language, plural, t, tCode } from "./i18n";

/** The message for the problem's code, or the server's own text, and when to try again. */
export function problemText(problem: Problem | NoAnswer, retryAfter: number | null): string {
  const code = "cause" in problem ? `${problem.code}.${problem.cause}` : problem.code;
  const known = tCode("problem", code, "detail" in problem ? problem.detail : t("problem.unexpected"));
  return retryAfter === null ? known : `${known} ${waited(retryAfter)}`;
}

/** The message for a malformed field; the server's own text, which is English, for readers of English only. */
export function malformedText(field: string, message: string): string {
  return tCode("malformed", field, language.get() === "en" ? message : t("malformed.unknown"));
}

/** When to try again: in seconds below two minutes, otherwise in minutes. */
function waited(seconds: number): string {
  return seconds < 120 ? plural("wait.seconds", seconds) : plural("wait.minutes", Math.ceil(seconds / 60));
}
