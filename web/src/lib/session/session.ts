/** Sign-in, sign-out and the session shared by all tabs of this browser. */
import { api, keep, type Outcome, onAccount, outcome, refresh, type Tokens } from "../../api/client";
import { wipeDraftsWithAccount } from "../forms/draft";
import type { Factor } from "../forms/otp";
import { account } from "./account";

export { logout as signOut } from "../../api/client";

/** The storage key that says a session may exist: without it no refresh is sent. docs/init.js reads it too. */
export const HINT = "careplus.signed-in";
/** The value of the hint that tells other tabs about a sign-out; an expired session they notice themselves. */
const LEFT = "left";

/** Find the signed-in account and follow its changes. Return the problem if the refresh failed. */
export async function start(): Promise<Outcome<unknown>> {
  wipeDraftsWithAccount();
  onAccount((known) => {
    const before = account.get();
    account.set(known);
    remember(known !== null, Boolean(before));
  });
  addEventListener("storage", followOtherTabs);
  if (mayBeSignedIn()) {
    const renewed = await refresh();
    if (!renewed.ok && renewed.problem.code !== "unauthenticated") return renewed;
  }
  if (account.get() === undefined) account.set(null);
  return { ok: true, data: account.get() };
}

/** Sign in; `factor` is the second factor, if one was requested. */
export async function signIn(email: string, password: string, factor: Factor = {}): Promise<Outcome<Tokens>> {
  const opened = await open(email, password, factor);
  if (opened.ok) keep(opened.data);
  return opened;
}

/** Sign in again after the session ended. Waiting requests continue only for the same person. */
export async function resume(email: string, password: string, factor: Factor = {}): Promise<Outcome<Tokens>> {
  const opened = await open(email, password, factor);
  if (!opened.ok) return opened;
  if (opened.data.account.id !== account.get()?.id) forget();
  keep(opened.data);
  return opened;
}

function open(email: string, password: string, factor: Factor): Promise<Outcome<Tokens>> {
  return outcome(api.POST("/auth/login", { body: { email, password, ...factor } }));
}

/** Sign out on this page: delete the tokens and all drafts. */
export function forget(): void {
  keep(null);
}

function followOtherTabs(event: StorageEvent): void {
  if (event.key !== HINT) return;
  if (event.newValue === LEFT) forget();
  // another tab signed in, perhaps with another account
  else if (event.newValue !== null) void refresh();
}

function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}

function remember(signedIn: boolean, before: boolean): void {
  try {
    if (!signedIn && before) localStorage.setItem(HINT, LEFT);
    if (!signedIn) localStorage.removeItem(HINT);
    else if (localStorage.getItem(HINT) === null) localStorage.setItem(HINT, "1");
  } catch {
    // no local storage: every page then sends a refresh
  }
}
