/** What is said about a problem. */
import type { NoAnswer, Problem } from "../api/client";
import { plural, t, tCode } from "./i18n";

/** One sentence or two for a problem: our own words for its code, else the server's. */
export function said(problem: Problem | NoAnswer, retryAfter: number | null): string {
  const known = tCode("problem", problem.code, "detail" in problem ? problem.detail : t("problem.unexpected"));
  return retryAfter === null ? known : `${known} ${waited(retryAfter)}`;
}

/** When to try again; nobody counts hundreds of seconds. */
function waited(seconds: number): string {
  return seconds < 120 ? plural("wait.seconds", seconds) : plural("wait.minutes", Math.ceil(seconds / 60));
}
