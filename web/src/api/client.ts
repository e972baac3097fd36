/** The API, typed from the gateway's OpenAPI document. The access token lives in this module's memory and nowhere else. */
import createClient from "openapi-fetch";
import type { components, operations, paths } from "./schema";

type Schemas = components["schemas"];
export type Account = Schemas["Account"];
export type Config = Schemas["Config"];
export type Role = Schemas["Role"];
export type Tokens = Schemas["Tokens"];
export type OperationId = keyof operations;

/** Every refusal of the API, as a union closed over `code`. */
export type Problem = Extract<Schemas[keyof Schemas], { code: string; request_id: string }>;
/** The system was not reached, or something else than the system answered. */
export type NoAnswer = { code: "no_answer"; status: number };
export type Outcome<T, E = Problem> =
  | { ok: true; data: T }
  | { ok: false; problem: E | NoAnswer /** Seconds to wait, where the answer says so. */; retryAfter: number | null };

type Answered<T, E> = { data?: T; error?: E; response: Response };

const TIMEOUT_MS = 20_000;
/** What says that a request comes from our own pages; the refresh cookie alone proves nothing. */
const OWN_PAGE = { "X-CarePlus": "1" };
const NEED_NO_TOKEN = new Set(["/auth/login", "/auth/refresh", "/auth/logout"]);

let accessToken: string | null = null;
let refreshing: Promise<Outcome<Tokens>> | null = null;
let tellAccount: (account: Account | null) => void = () => {};

export const api = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin", fetch: send });

/** Calls `listener` whenever somebody is signed in, renewed, or no longer signed in. */
export function onAccount(listener: (account: Account | null) => void): void {
  tellAccount = listener;
}

/** Takes the tokens of a sign-in, or forgets them. */
export function keep(tokens: Tokens | null): void {
  accessToken = tokens?.access_token ?? null;
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
  const renewed = await outcome(api.POST("/auth/refresh", { headers: OWN_PAGE }));
  if (renewed.ok) keep(renewed.data);
  else if (renewed.problem.code === "unauthenticated") keep(null);
  return renewed;
}

export async function logout(): Promise<Outcome<undefined>> {
  const ended = await outcome(api.POST("/auth/logout", { headers: OWN_PAGE }));
  // a session that the server does not know has ended as well
  if (!ended.ok && ended.problem.code !== "unauthenticated") return ended;
  keep(null);
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
    return { ok: false, problem: { code: "no_answer", status: 0 }, retryAfter: null };
  }
}

function isProblem<E>(error: E | undefined): error is E {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
}

async function send(request: Request): Promise<Response> {
  if (accessToken === null || NEED_NO_TOKEN.has(new URL(request.url).pathname)) return fetch(timed(request));
  const again = request.clone();
  const response = await fetch(timed(bearing(request, accessToken)));
  if (response.status !== 401) return response;
  const renewed = await refresh();
  if (renewed.ok) return fetch(timed(bearing(again, renewed.data.access_token)));
  if (renewed.problem.code === "no_answer") throw new Error("the session could not be renewed");
  return response;
}

function bearing(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}

function timed(request: Request): Request {
  return new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]) });
}
