/** Ends the session of staff at a page that nobody touches: what the page asks by itself would keep it alive all day. */
import { type Account, leaveUntouched } from "../api/client";

/** As long as auth lets a session of staff go unused. */
export const IDLE_MS = 30 * 60_000;
const LOOK_MS = 15_000;
/** When this browser was last touched, in any of its tabs. */
const KEY = "careplus.touched";
const TOUCHES = ["pointerdown", "keydown", "wheel"] as const;

/** Returns how to stop. */
export function watchIdle({ role }: Account): () => void {
  if (role === "patient") return () => {};
  let here = 0;
  const touch = (): void => {
    if (Date.now() - here < LOOK_MS) return;
    here = Date.now();
    try {
      localStorage.setItem(KEY, String(here));
    } catch {
      // this browser keeps nothing; each tab then counts for itself
    }
  };
  const look = (): void => {
    if (Date.now() - Math.max(here, elsewhere()) >= IDLE_MS) void leaveUntouched();
  };
  touch();
  const timer = setInterval(look, LOOK_MS);
  const over = new AbortController();
  const { signal } = over;
  for (const name of TOUCHES) addEventListener(name, touch, { capture: true, passive: true, signal });
  document.addEventListener("visibilitychange", look, { signal });
  return () => {
    clearInterval(timer);
    over.abort();
  };
}

function elsewhere(): number {
  try {
    return Number(localStorage.getItem(KEY));
  } catch {
    return 0;
  }
}
