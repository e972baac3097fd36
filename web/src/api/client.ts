/** The API, typed from the gateway's OpenAPI document. The access token lives in this module's memory and nowhere else. */

import type { components, operations } from "../../types/schema";
import { calls } from "./calls";
import { observable } from "./observable";
import { answered, keyOf, repeatable, sleep, waitBefore } from "./retry";

export type Schemas = components["schemas"];
export type Account = Schemas["Account"];
export type Config = Schemas["Config"];
export type Role = Schemas["Role"];
export type Tokens = Schemas["Tokens"];
export type OperationId = keyof operations;

/** Every refusal of the API, as a union closed over `code`. */
export type Problem = Extract<Schemas[keyof Schemas], { code: string; request_id: string }>;
/** The system was not reached, or something else than the system answered. */
/** Also where it was code that did not come. */
export type NoAnswer = { code: "no_answer" | "no_code"; status: number };
export type Failure<E = Problem> = {
  ok: false;
  problem: E | NoAnswer;
  /** Seconds to wait, where the answer says so. */ retryAfter: number | null;
};
export type Outcome<T, E = Problem> = { ok: true; data: T } | Failure<E>;

type Answered<T, E> = { data?: T; error?: E; response: Response };

const TIMEOUT_MS = 20_000;
const AGAIN_MS = 5_000;
/** What says that a request comes from our own pages; the refresh cookie alone proves nothing. */
const OWN_PAGE = { "X-CarePlus": "1" };
const KEYED = new Set(["POST", "PUT"]);
const NEED_NO_TOKEN = new Set(["/auth/login", "/auth/refresh", "/auth/logout"]);

/** Whether requests wait for a system that does not answer. */
export const away = observable(false);
/** Whether the session has ended under somebody's hands: requests wait until they sign in again or give up. */
export const lost = observable(false);

let held: Tokens | null = null;
let refreshing: Promise<Outcome<Tokens>> | null = null;
let tellAccount: (account: Account | null) => void = () => {};
let waiting = 0;

export const api = calls(send);

/** Calls `listener` whenever somebody is signed in, renewed, or no longer signed in. */
export function onAccount(listener: (account: Account | null) => void): void {
  tellAccount = listener;
}

/** Takes the tokens of a sign-in, or forgets them. */
export function keep(tokens: Tokens | null): void {
  held = tokens;
  lost.set(false);
  tellAccount(tokens?.account ?? null);
}

/** Exchanges the refresh cookie for a new access token; calls at the same time share one exchange. */
export function refresh(): Promise<Outcome<Tokens>> {
  refreshing ??= exchange().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exchange(): Promise<Outcome<Tokens>> {
  const before = held;
  const renewed = await outcome(api.POST("/auth/refresh", { headers: OWN_PAGE }));
  // who signed in or out while it was on its way is newer than this answer
  if (held !== before) return held ? { ok: true, data: held } : NO_ANSWER;
  if (renewed.ok) keep(renewed.data);
  // what is on the page stays until the reader signs in again or gives up
  else if (renewed.problem.code === "unauthenticated") held ? lost.set(true) : keep(null);
  return renewed;
}

export async function logout(): Promise<Outcome<undefined>> {
  const ended = await end();
  if (ended.ok) keep(null);
  return ended;
}

/** Ends the session and covers the page as where one is lost: whoever comes back signs in and goes on. */
export async function leaveUntouched(): Promise<void> {
  if (lost.get()) return;
  lost.set(true);
  while (lost.get() && !(await end()).ok) await sleep(AGAIN_MS);
}

async function end(): Promise<Outcome<undefined>> {
  const ended = await outcome(api.POST("/auth/logout", { headers: OWN_PAGE }));
  // a session that the server does not know has ended as well
  if (!ended.ok && ended.problem.code !== "unauthenticated") return ended;
  return { ok: true, data: undefined };
}

/** What became of a call: the answer, or the problem in one shape, also where nobody answered. Never throws. */
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

/** The header that refuses a change of what somebody else has changed since `version` was read. */
export function unchanged({ version }: { version: number }): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** Gives what is posted or put a key, so that it is done once however often it is sent. */
async function send(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!KEYED.has(request.method) || !pathname.startsWith("/api/")) return withToken(request);
  const wish = `${request.method} ${pathname} ${request.headers.get("If-Match")} ${await request.clone().text()}`;
  request.headers.set("Idempotency-Key", keyOf(wish));
  const response = await withToken(request);
  if (response.status < 500) answered(wish);
  return response;
}

async function withToken(request: Request): Promise<Response> {
  const mine = held;
  if (!mine || NEED_NO_TOKEN.has(new URL(request.url).pathname)) return patiently(request);
  const response = await patiently(bearing(request, mine.access_token));
  if (response.status !== 401) return response;
  // another call may have renewed them already
  if (held === mine) {
    const renewed = await refresh();
    if (!renewed.ok && renewed.problem.code !== "unauthenticated") throw new Error("not renewed");
    await signedInAgain();
  }
  // whoever signed in here since sends nothing that another person wrote
  return held?.account.id === mine.account.id ? patiently(bearing(request, held.access_token)) : response;
}

/** Sends what can be sent twice again while nobody answers, and says meanwhile that it does. */
async function patiently(request: Request): Promise<Response> {
  const begun = Date.now();
  let waited = false;
  try {
    for (let tries = 0; ; tries += 1) {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(request.clone(), { signal }).catch((error: unknown) => error);
      const wait = repeatable(request) ? waitBefore(tries, Date.now() - begun, request, answer) : null;
      if (wait === null) {
        if (answer instanceof Response) return answer;
        throw answer;
      }
      if (!waited) away.set(++waiting > 0);
      waited = true;
      await sleep(wait);
    }
  } finally {
    if (waited) away.set(--waiting > 0);
  }
}

/** Resolves when a session that was lost is there again or given up; at once where none is. */
function signedInAgain(): Promise<void> {
  return new Promise((resolve) => {
    if (!lost.get()) return resolve();
    const stop = lost.listen(() => {
      stop();
      resolve();
    });
  });
}

function bearing(request: Request, token: string): Request {
  const copy = request.clone();
  copy.headers.set("Authorization", `Bearer ${token}`);
  return copy;
}
