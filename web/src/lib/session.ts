/** Who is signed in on this page, the same in every tab of this browser. */
import { api, keep, type Outcome, onAccount, outcome, refresh, type Tokens } from "../api/client";
import { account } from "./account";
import { wipeDraftsWithAccount } from "./draft";

export { logout as signOut } from "../api/client";

/** Only says that a session may exist, so that strangers' pages do not ask for one; docs/init.js reads it too. */
const HINT = "careplus.signed-in";
/** What the hint is for a moment when somebody leaves, for other tabs; a session that has just ended they find out about. */
const LEFT = "left";

/** Learns who is signed in and stays informed. The outcome is a problem where that could not be found out. */
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

/** `otp`: a code of the second factor, where one was asked for. */
export async function signIn(email: string, password: string, otp?: string): Promise<Outcome<Tokens>> {
  const opened = await open(email, password, otp);
  if (opened.ok) keep(opened.data);
  return opened;
}

/** Signs in where a session ended under somebody's hands. What waits goes on only for the same person. */
export async function resume(email: string, password: string, otp?: string): Promise<Outcome<Tokens>> {
  const opened = await open(email, password, otp);
  if (!opened.ok) return opened;
  if (opened.data.account.id !== account.get()?.id) forget();
  keep(opened.data);
  return opened;
}

function open(email: string, password: string, otp: string | undefined): Promise<Outcome<Tokens>> {
  return outcome(api.POST("/auth/login", { body: { email, password, ...(otp !== undefined && { otp }) } }));
}

/** Leaves nothing of whoever was here: neither the account nor what they wrote. */
export function forget(): void {
  keep(null);
}

function followOtherTabs(event: StorageEvent): void {
  if (event.key !== HINT) return;
  if (event.newValue === LEFT) forget();
  // somebody signed in over there, perhaps somebody else
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
    // this browser keeps nothing; every page then asks
  }
}
