/** The switch between the work account and the own record of one person; loaded when it is first used. */
import { api, keep, type Outcome, otherSide, outcome, type Side, type Tokens } from "../../api/client";
import { go } from "../routing/router";
import { account } from "./account";
import { HINT } from "./session";

const OWN_PAGE = { header: { "X-CarePlus": "1" } } as const;
/** The storage key of the side that was opened last on this device; the id of the work account follows. */
const LAST = "careplus.side.";

/** Open a side, and its start page; this device remembers it. */
export async function openSide(to: Side): Promise<Outcome<Tokens>> {
  const before = account.get();
  const opened = await outcome(api.POST("/auth/switch", { params: OWN_PAGE, body: { to } }));
  if (!opened.ok) return opened;
  const work = to === "work" ? opened.data.account.id : before?.id;
  try {
    localStorage.setItem(`${LAST}${work}`, to);
    // the other tabs follow
    localStorage.setItem(HINT, String(Date.now()));
  } catch {
    // no local storage: the choice is shown at each sign-in
  }
  keep(opened.data);
  go("/");
  return opened;
}

/** After a sign-in at work: open the side that this device remembers, or the page of the choice. */
export async function arrive(): Promise<void> {
  const last = remembered();
  if (last === "record" && otherSide.get() === "record" && (await openSide("record")).ok) return;
  go(last === null ? "/side" : "/", { replace: true });
}

function remembered(): string | null {
  try {
    return localStorage.getItem(`${LAST}${account.get()?.id}`);
  } catch {
    return null;
  }
}
