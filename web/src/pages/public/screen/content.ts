/** The content of a screen, asked for every second and a half with the screen's token. */
import { useEffect, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { sleep } from "../../../api/retry";
import { type Instant, nowInstant } from "../../../lib/time/time";

export type Content = Schemas["ScreenContent"];

const POLL_MS = 1_500;
/** A request that hangs for so long is not waited for: the next one may go to another connection. */
const ANSWER_MS = 5_000;
/** Without an answer for so long the screen says that it may be out of date. */
const LOST_MS = 6_000;

export interface Watched {
  content: Content | null;
  /** The last answer, by the server's clock. */
  at: Instant | null;
  /** Whether there was no answer for some seconds. */
  lost: boolean;
  /** Whether the token is not valid, or was revoked. */
  revoked: boolean;
}

const FIRST: Watched = { content: null, at: null, lost: false, revoked: false };

export function useContent(token: string): Watched {
  const [shown, setShown] = useState(FIRST);
  useEffect(() => {
    let open = true;
    let last = performance.now();
    let next: ReturnType<typeof setTimeout>;
    const ask = async (): Promise<void> => {
      const asked = outcome(api.GET("/api/screen", { headers: { Authorization: `Bearer ${token}` } }));
      const answer = await Promise.race([asked, sleep(ANSWER_MS)]);
      if (!open) return;
      if (answer?.ok) {
        last = performance.now();
        setShown({ content: answer.data, at: nowInstant(), lost: false, revoked: false });
      } else if (answer?.problem.code === "unauthenticated") {
        setShown({ ...FIRST, revoked: true });
        return;
      }
      next = setTimeout(() => void ask(), POLL_MS);
    };
    const watch = setInterval(() => {
      if (performance.now() - last > LOST_MS) setShown((before) => ({ ...before, lost: !before.revoked }));
    }, 1_000);
    void ask();
    return () => {
      open = false;
      clearTimeout(next);
      clearInterval(watch);
    };
  }, [token]);
  return shown;
}
