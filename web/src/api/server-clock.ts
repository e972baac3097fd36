/** The server's clock, read from the `Date` header of its responses: the computer's own may be days off. */

/** `Date` has whole seconds and the response travels: a smaller difference is no error of the computer's clock. */
const TOLERANCE_MS = 5_000;
/** Milliseconds that the server is ahead of the computer; 0 before the first response. */
let offset = 0;

export function readServerClock({ headers }: Response): void {
  const ahead = Date.parse(headers.get("Date") ?? "") - Date.now();
  if (Math.abs(ahead - offset) > TOLERANCE_MS) offset = ahead;
}

/** Milliseconds since 1970 on the server's clock. */
export function now(): number {
  return Date.now() + offset;
}
