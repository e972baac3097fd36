/** Ends the session of an idle staff page: its polling would keep the session alive all day. */
import { type Account, leaveUntouched } from "../../api/client";

/** The idle limit of staff sessions in services/auth. */
export const IDLE_MS = 30 * 60_000;
const LOOK_MS = 15_000;
/** The key for the time of the last input in any tab of this browser. */
const KEY = "careplus.touched";
const TOUCHES = ["pointerdown", "keydown", "wheel"] as const;

/** Watch for input until the returned function is called. */
export function watchIdle({ role }: Account): () => void {
  if (role === "patient") return () => {};
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
