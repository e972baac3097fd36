/** The retry policy: which requests are retried, how often, and after how long. */

const LONGEST_WAIT_MS = 2_500;
/** Reads fail soon, so that the page can say so; writes are retried for about a minute. */
const TRIES = { read: 3, write: 30 } as const;
/** The limit in time, where each try hangs or the computer slept: an old write must not run unexpectedly. */
const LONGEST_MS = 75_000;
const AWAY = new Set([502, 503, 504]);

/** Whether a request can be sent twice safely: all but a POST without an Idempotency-Key. */
export function repeatable(request: Request): boolean {
  return request.method !== "POST" || request.headers.has("Idempotency-Key");
}

/** Milliseconds to wait before the next try, after `tries` tries and `passed` ms; null: do not retry. */
export function waitBefore(tries: number, passed: number, request: Request, answer: unknown): number | null {
  const gone = answer instanceof Response ? AWAY.has(answer.status) || isUnderWay(answer) : true;
  if (!gone || passed > LONGEST_MS || tries >= (request.method === "GET" ? TRIES.read : TRIES.write)) return null;
  const jitter = 0.8 + Math.random() * 0.4;
  return Math.min(LONGEST_WAIT_MS, 400 * 2 ** tries) * jitter;
}

/** Whether the first request with this key is still running: the only 409 with Retry-After. */
function isUnderWay({ status, headers }: Response): boolean {
  return status === 409 && headers.has("Retry-After");
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const keys = new Map<string, string>();

/** The idempotency key of a request: the same body to the same address keeps its key until its final answer. */
export function keyOf(wish: string): string {
  const key = keys.get(wish) ?? random();
  keys.set(wish, key);
  return key;
}

/** Drop the key after the final answer: the next equal request is a new one. */
export function answered(wish: string): void {
  keys.delete(wish);
}

function random(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
