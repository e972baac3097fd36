/** Which requests are sent again when nobody answers, how often, and after how long. */

const LONGEST_WAIT_MS = 2_500;
/** A page that only reads says soon that it could not; what somebody has sent is tried for a good minute. */
const TRIES = { read: 3, write: 30 } as const;
const AWAY = new Set([502, 503, 504]);

/** All but a POST without a key: what comes twice is done once. */
export function repeatable(request: Request): boolean {
  return request.method !== "POST" || request.headers.has("Idempotency-Key");
}

/** Milliseconds to wait before trying again, or null: what came is the answer. */
export function waitBefore(tries: number, request: Request, answer: unknown): number | null {
  const gone = answer instanceof Response ? AWAY.has(answer.status) : true;
  if (!gone || tries >= (request.method === "GET" ? TRIES.read : TRIES.write)) return null;
  const jitter = 0.8 + Math.random() * 0.4;
  return Math.min(LONGEST_WAIT_MS, 400 * 2 ** tries) * jitter;
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const keys = new Map<string, string>();

/** One key for one wish: the same body to the same address keeps its key until it is answered for good. */
export function keyOf(wish: string): string {
  const key = keys.get(wish) ?? random();
  keys.set(wish, key);
  return key;
}

/** The wish was answered: the next one like it is another. */
export function answered(wish: string): void {
  keys.delete(wish);
}

function random(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
