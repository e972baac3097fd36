/** Sign-on at the hospital's identity provider: leave for it, and complete the sign-on when it sends the browser back. */
import { api, keep, type Outcome, outcome, type Tokens } from "../../api/client";

/** As in api/client.ts, which every page loads, within its budget. */
const OWN_PAGE = { header: { "X-CarePlus": "1" } } as const;
/** The storage key of the address to return to; it stays in this tab, so that no address of the provider can change it. */
const NEXT = "careplus.sign-on.next";

/** The answer of the provider in the address of the sign-in page; null: the page was opened in another way. */
export interface Returned {
  code: string;
  state: string;
  iss?: string;
}

export function returned(query: URLSearchParams): Returned | "denied" | null {
  const [code, state, iss] = ["code", "state", "iss"].map((name) => query.get(name));
  if (!state) return null;
  if (!code) return "denied";
  return { code, state, ...(iss && { iss }) };
}

/** Open the provider's page in this tab; return the problem if the sign-on could not be started. */
export async function leave(next: string): Promise<Outcome<unknown>> {
  const started = await outcome(api.POST("/auth/oidc/start", { params: OWN_PAGE }));
  if (!started.ok) return started;
  try {
    sessionStorage.setItem(NEXT, next);
  } catch {
    // without storage the person arrives at the start page
  }
  location.assign(started.data.url);
  return started;
}

/** The address that was kept for the return, once. */
export function keptNext(): string {
  try {
    const next = sessionStorage.getItem(NEXT);
    sessionStorage.removeItem(NEXT);
    return next ?? "/";
  } catch {
    return "/";
  }
}

export async function complete(body: Returned): Promise<Outcome<Tokens>> {
  const opened = await outcome(api.POST("/auth/oidc/callback", { params: OWN_PAGE, body }));
  if (opened.ok) keep(opened.data);
  return opened;
}
