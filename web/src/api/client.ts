/** The API, typed from the gateway's OpenAPI document. The access token is kept in this module's memory only. */

import type { components, operations } from "../../types/schema";
import { calls } from "./calls";
import { observable } from "./observable";
import { answered, keyOf, repeatable, sleep, waitBefore } from "./retry";
import { readServerClock } from "./server-clock";
import { forgetShown, sendConditionally } from "./unchanged";

export type Schemas = components["schemas"];
export type Account = Schemas["Account"];
export type Config = Schemas["Config"];
export type Role = Schemas["Role"];
export type Side = Schemas["Side"];
export type Tokens = Schemas["Tokens"];
export type OperationId = keyof operations;

/** Every refusal of the API, as a union closed over `code`. */
export type Problem = Extract<Schemas[keyof Schemas], { code: string; request_id: string }>;
/** No answer of the API: the network failed, a proxy answered, or (`no_code`) a script could not be loaded. */
export type NoAnswer = { code: "no_answer" | "no_code"; status: number };
export type Failure<E = Problem> = {
  ok: false;
  problem: E | NoAnswer;
  /** Seconds of the Retry-After header. */ retryAfter: number | null;
};
export type Outcome<T, E = Problem> = { ok: true; data: T } | Failure<E>;

type Answered<T, E> = { data?: T; error?: E; response: Response };

const TIMEOUT_MS = 20_000;
/** Marks requests of our own pages against CSRF: other sites can send the refresh cookie, but not this header. */
const OWN_PAGE = { header: { "X-CarePlus": "1" } } as const;
const KEYED = new Set(["POST", "PUT"]);
const NEED_NO_TOKEN = new Set(["/auth/login", "/auth/refresh", "/auth/logout"]);

/** Whether requests are being retried because the system does not answer. */
export const offline = observable(false);
/** Whether the session ended while a page was open: requests wait for a new sign-in or a sign-out. */
export const sessionExpired = observable(false);
/** Whether an idle session is still being ended: a token refresh does not bring its page back. */
export const ending = { idle: false };
/** Whether the account has to switch a second factor on before it may do anything else. */
export const mustEnrol = observable(false);

/** The side that this sign-in can switch to: the own record, or the work account. */
export const otherSide = observable<Side | null>(null);

let currentTokens: Tokens | null = null;
let refreshing: Promise<Outcome<Tokens>> | null = null;
let tellAccount: (account: Account | null) => void = () => {};
let waiting = 0;

export const api = calls(send);

/** Call `listener` after each sign-in, token refresh and sign-out. */
export function onAccount(listener: (account: Account | null) => void): void {
  tellAccount = listener;
}

/** Store the tokens of a sign-in, or delete them. */
export function keep(tokens: Tokens | null): void {
  if (tokens?.account.id !== currentTokens?.account.id) forgetShown();
  currentTokens = tokens;
  sessionExpired.set(false);
  mustEnrol.set(tokens?.must_enrol ?? false);
  otherSide.set(tokens?.other_side ?? null);
  tellAccount(tokens?.account ?? null);
}

/** Exchange the refresh cookie for a new access token; concurrent calls share one exchange. */
export function refresh(): Promise<Outcome<Tokens>> {
  refreshing ??= exchange().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exchange(): Promise<Outcome<Tokens>> {
  const before = currentTokens;
  const renewed = await outcome(api.POST("/auth/refresh", { params: OWN_PAGE }));
  // a sign-in or sign-out during the exchange is newer than this answer
  if (currentTokens !== before) return currentTokens ? { ok: true, data: currentTokens } : NO_ANSWER;
  if (renewed.ok) ending.idle || keep(renewed.data);
  // the page stays as it is until the person signs in again or signs out
  else if (renewed.problem.code === "unauthenticated") currentTokens ? sessionExpired.set(true) : keep(null);
  return renewed;
}

export async function logout(): Promise<Outcome<undefined>> {
  const ended = await end();
  if (ended.ok) keep(null);
  return ended;
}

/** Milliseconds without input after which the session of the page ends. */
export function idleMs(): number {
  return (currentTokens?.idle_seconds ?? Number.POSITIVE_INFINITY) * 1000;
}

/** End the session at auth. */
export async function end(): Promise<Outcome<undefined>> {
  const ended = await outcome(api.POST("/auth/logout", { params: OWN_PAGE }));
  // 401: the session had already ended
  if (!ended.ok && ended.problem.code !== "unauthenticated") return ended;
  return { ok: true, data: undefined };
}

/** The answer of a call, or its problem in one shape, network failures included. Never throws. */
export async function outcome<T, E extends object>(call: Promise<Answered<T, E>>): Promise<Outcome<T, E>> {
  try {
    const { data, error, response } = await call;
    if (response.ok) return { ok: true, data: data as T };
    const seconds = Number(response.headers.get("Retry-After"));
    const problem = isProblem(error) ? error : ({ code: "no_answer", status: response.status } as const);
    return { ok: false, problem, retryAfter: seconds > 0 ? seconds : null };
  } catch {
    return NO_ANSWER;
  }
}

export const NO_ANSWER = { ok: false, problem: { code: "no_answer", status: 0 }, retryAfter: null } as const;

function isProblem<E>(error: E | undefined): error is E {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
}

/** The If-Match header: the API refuses the change if the record is newer than `version`. */
export function unchanged({ version }: { version: number }): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** Send a request; POST and PUT get an Idempotency-Key, so that a retry does not run twice. */
async function send(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!KEYED.has(request.method) || !pathname.startsWith("/api/")) return sendConditionally(request, withToken);
  const wish = `${request.method} ${pathname} ${request.headers.get("If-Match")} ${await request.clone().text()}`;
  request.headers.set("Idempotency-Key", keyOf(wish));
  const response = await withToken(request);
  if (response.status < 500) answered(wish);
  return response;
}

async function withToken(request: Request): Promise<Response> {
  const usedTokens = currentTokens;
  // a request with a token of its own, such as that of a screen, keeps it
  if (!usedTokens || request.headers.has("Authorization") || NEED_NO_TOKEN.has(new URL(request.url).pathname))
    return sendWithRetries(request);
  const response = await sendWithRetries(authorized(request, usedTokens.access_token));
  if (response.status !== 401) return response;
  // another call may have refreshed the tokens already
  if (currentTokens === usedTokens) {
    const renewed = await refresh();
    if (!renewed.ok && renewed.problem.code !== "unauthenticated") throw new Error("not renewed");
    await signedInAgain();
  }
  // never send one person's request with another person's token
  return currentTokens?.account.id === usedTokens.account.id
    ? sendWithRetries(authorized(request, currentTokens.access_token))
    : response;
}

/** Send a request, and retry a repeatable one while the system does not answer; `offline` is true meanwhile. */
async function sendWithRetries(request: Request): Promise<Response> {
  const begun = Date.now();
  let waited = false;
  try {
    for (let tries = 0; ; tries += 1) {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(request.clone(), { signal }).catch((error: unknown) => error);
      const wait = repeatable(request) ? waitBefore(tries, Date.now() - begun, request, answer) : null;
      if (wait === null) {
        if (!(answer instanceof Response)) throw answer;
        readServerClock(answer);
        return answer;
      }
      if (!waited) offline.set(++waiting > 0);
      waited = true;
      await sleep(wait);
    }
  } finally {
    if (waited) offline.set(--waiting > 0);
  }
}

/** Resolve after the new sign-in or sign-out that follows an expired session; at once without one. */
function signedInAgain(): Promise<void> {
  return new Promise((resolve) => {
    if (!sessionExpired.get()) return resolve();
    const stop = sessionExpired.listen(() => {
      stop();
      resolve();
    });
  });
}

function authorized(request: Request, token: string): Request {
  const copy = request.clone();
  copy.headers.set("Authorization", `Bearer ${token}`);
  return copy;
}
