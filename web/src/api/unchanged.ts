/**
 * The answers that a page shows. A reload asks whether they changed: an unchanged answer is sent without its content, and is no
 * further entry in the patient's access log. The next page forgets them, because opening a record again is another look.
 */

const MOST = 40;
const shown = new Map<string, Response>();

/** Forget all answers: on another page, and after a sign-in or sign-out. */
export function forgetShown(): void {
  shown.clear();
}

/** Send a request with the validator of the answer that is shown, and return that answer if it is current. */
export async function sendConditionally(
  request: Request,
  send: (request: Request) => Promise<Response>,
): Promise<Response> {
  const before = request.method === "GET" ? shown.get(request.url) : undefined;
  const etag = before?.headers.get("ETag");
  if (etag) request.headers.set("If-None-Match", etag);
  const answer = await send(request);
  if (answer.status === 304 && before) return before.clone();
  if (request.method === "GET" && answer.ok && answer.headers.has("ETag") && (before || shown.size < MOST))
    shown.set(request.url, answer.clone());
  return answer;
}
