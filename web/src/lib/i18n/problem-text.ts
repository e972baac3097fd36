/** The text of a problem. */
import type { NoAnswer, Problem } from "../../api/client";
import { plural, t, tCode } from "./i18n";

/** The message for the problem's code, or the server's own text, and when to try again. */
export function problemText(problem: Problem | NoAnswer, retryAfter: number | null): string {
  const known = tCode("problem", problem.code, "detail" in problem ? problem.detail : t("problem.unexpected"));
  return retryAfter === null ? known : `${known} ${waited(retryAfter)}`;
}

/** When to try again: in seconds below two minutes, otherwise in minutes. */
function waited(seconds: number): string {
  return seconds < 120 ? plural("wait.seconds", seconds) : plural("wait.minutes", Math.ceil(seconds / 60));
}
