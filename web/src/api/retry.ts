/** Which requests are sent again when nobody answers, how often, and after how long. */

const LONGEST_WAIT_MS = 2_500;
/** A page that only reads says soon that it could not; what somebody has sent is tried for a good minute. */
const TRIES = { read: 3, write: 30 } as const;
/** The same where each try hangs, or the computer slept: what was sent long ago is not carried out unasked. */
const LONGEST_MS = 75_000;
const AWAY = new Set([502, 503, 504]);

/** All but a POST without a key: what comes twice is done once. */
export function repeatable(request: Request): boolean {
  return request.method !== "POST" || request.headers.has("Idempotency-Key");
}

/** Milliseconds to wait before trying again, after so many tries and milliseconds, or null: what came is the answer. */
export function waitBefore(tries: number, passed: number, request: Request, answer: unknown): number | null {
  const gone = answer instanceof Response ? AWAY.has(answer.status) || isUnderWay(answer) : true;
  if (!gone || passed > LONGEST_MS || tries >= (request.method === "GET" ? TRIES.read : TRIES.write)) return null;
  const jitter = 0.8 + Math.random() * 0.4;
  return Math.min(LONGEST_WAIT_MS, 400 * 2 ** tries) * jitter;
}

/** Whether the first request with this key, given up on here, is still being carried out: the one 409 that asks to wait. */
function isUnderWay({ status, headers }: Response): boolean {
  return status === 409 && headers.has("Retry-After");
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
