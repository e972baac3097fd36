/** Ends the session of an idle page: its polling would keep the session alive all day. */
import { end, ending, idleMs, sessionExpired } from "../../api/client";
import { sleep } from "../../api/retry";

const LOOK_MS = 15_000;
const AGAIN_MS = 5_000;
/** The key for the time of the last input in any tab of this browser; docs/init.js has the same rule. */
const KEY = "careplus.touched";
const TOUCHES = ["pointerdown", "keydown", "wheel"] as const;

/** Watch for input until the returned function is called. */
export function watchIdle(): () => void {
  let here = 0;
  const touch = (): void => {
    if (Date.now() - here < LOOK_MS) return;
    here = Date.now();
    try {
      localStorage.setItem(KEY, String(here));
    } catch {
      // no local storage: each tab has its own idle timer
    }
  };
  const look = (): void => {
    if (Date.now() - Math.max(here, elsewhere()) >= idleMs()) void leaveUntouched();
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

/** End the session of an idle page, which is taken away; after a new sign-in it returns. */
async function leaveUntouched(): Promise<void> {
  if (sessionExpired.get()) return;
  sessionExpired.set(true);
  ending.idle = true;
  while (sessionExpired.get() && !(await end()).ok) await sleep(AGAIN_MS);
  ending.idle = false;
}

function elsewhere(): number {
  try {
    return Number(localStorage.getItem(KEY));
  } catch {
    return 0;
  }
}
