/** Work that waits until the browser is idle, so that a slow phone draws and answers presses first. */

/** The longest wait in ms; Safari knows no idle time and waits 50 ms. */
const LATEST_MS = 1_000;
const SAFARI_MS = 50;

/** Run `work` in an idle moment; the returned function cancels it. */
export function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(work, SAFARI_MS);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(work, { timeout: LATEST_MS });
  return () => cancelIdleCallback(asked);
}
