/** CarePlus for programs outside of the hospital: every operation typed, tokens renewed, safe requests repeated. */
import type { Client } from "openapi-fetch";
import { calls } from "../src/api/calls";
import { sleep } from "../src/api/retry";
import type { components, operations, paths } from "../types/schema";

export type { components, operations, paths };
export type Schemas = components["schemas"];
export type Account = Schemas["Account"];
/** Every refusal of the API, as a union closed over `code`. */
export type Problem = Extract<Schemas[keyof Schemas], { code: string; request_id: string }>;

type Answered<T> = { data?: T; error?: unknown; response: Response };
type Page<T> = { items: T[]; next_cursor: string | null };

/** Statuses that may have a Retry-After; a 409 with it says that the first request with this key is still in progress. */
const LATER = new Set([409, 429, 503, 504]);
const MAX_TRIES = 5;
/** Milliseconds before the end of an access token in which it is renewed. */
const EARLY_MS = 30_000;
const KEYED = new Set(["POST", "PUT"]);
const WITHOUT_TOKEN = [
  "/auth/login",
  "/auth/oidc/callback",
  "/auth/oidc/start",
  "/auth/refresh",
  "/auth/logout",
  "/auth/switch",
];
const WITHOUT_KEY = new Set([...WITHOUT_TOKEN, "/auth/me/record"]);

/** A refusal of the API. `problem.code` tells them apart; `problem` is undefined for the answer of a proxy. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem | undefined,
    readonly response: Response,
  ) {
    super(problem ? `${problem.code}: ${problem.detail}` : `undocumented answer ${response.status}`);
    this.name = "Refused";
  }

  /** Seconds to wait before the next attempt, or undefined. */
  get retryAfter(): number | undefined {
    return seconds(this.response);
  }
}

/** The answer of a call. Throw Refused for any other one. */
export async function answer<T>(call: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  const isProblem = typeof error === "object" && error !== null && "code" in error && "request_id" in error;
  throw new Refused(isProblem ? (error as Problem) : undefined, response);
}

/** The items of all pages of a list; `read` calls it with the cursor of the next page. */
export async function* items<T>(read: (cursor: string | undefined) => Promise<Answered<Page<T>>>): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await answer(read(cursor));
    yield* page.items;
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
}

export interface CarePlus extends Client<paths> {
  /** Sign in; from then on the access token is sent, and renewed before it ends. */
  signIn: (email: string, password: string, otp?: string) => Promise<Account>;
  /** End the session at the hospital. */
  signOut: () => Promise<void>;
}

/** A client of the hospital at this address. One call waits at most `patienceMs` between its attempts; 0: it is sent once. */
export function connect(address: string, { patienceMs = 30_000 } = {}): CarePlus {
  const origin = new URL(address).origin;
  const ownPage = { "X-CarePlus": "1", Origin: origin };
  let tokens: Schemas["Tokens"] | null = null;
  let renewAt = 0;
  let cookie = "";
  let renewing: Promise<void> | null = null;

  const api = calls(send, () => origin);

  async function send(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (KEYED.has(request.method) && !WITHOUT_KEY.has(pathname) && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    const used = tokens;
    if (!used || WITHOUT_TOKEN.includes(pathname)) return repeated(request);
    if (Date.now() >= renewAt) await renewed(used);
    const response = await repeated(authorized(request));
    // only a refused token has this header: a wrong password is a 401 too
    if (response.status !== 401 || !response.headers.has("WWW-Authenticate")) return response;
    await renewed(used);
    return repeated(authorized(request));
  }

  async function repeated(request: Request): Promise<Response> {
    const deadline = Date.now() + patienceMs;
    const mayRepeat = request.method === "GET" || request.headers.has("Idempotency-Key");
    for (let tries = 1; ; tries += 1) {
      const response = await fetch(request.clone());
      const wait = LATER.has(response.status) ? seconds(response) : undefined;
      const isLast = !mayRepeat || tries === MAX_TRIES;
      if (isLast || wait === undefined || Date.now() + wait * 1000 > deadline) return withCookie(response);
      await response.body?.cancel();
      await sleep(wait * 1000);
    }
  }

  function authorized(request: Request): Request {
    const copy = request.clone();
    copy.headers.set("Authorization", `Bearer ${tokens?.access_token}`);
    return copy;
  }

  /** Keep the refresh cookie: programs have no cookie jar. */
  function withCookie(response: Response): Response {
    for (const set of response.headers.getSetCookie()) {
      const [pair = ""] = set.split(";", 1);
      if (/^(__Host-)?careplus-refresh=/.test(pair)) cookie = pair;
    }
    return response;
  }

  function keep(next: Schemas["Tokens"] | null): void {
    tokens = next;
    renewAt = Date.now() + (next ? next.expires_in * 1000 - EARLY_MS : 0);
  }

  /** Replace these tokens by newer ones; concurrent calls share one renewal. */
  async function renewed(used: Schemas["Tokens"]): Promise<void> {
    if (tokens !== used) return;
    renewing ??= answer(api.POST("/auth/refresh", { params: OWN_PAGE, headers: { ...ownPage, Cookie: cookie } }))
      .then(keep)
      .finally(() => {
        renewing = null;
      });
    await renewing;
  }

  async function signIn(email: string, password: string, otp?: string): Promise<Account> {
    const next = await answer(
      api.POST("/auth/login", { body: { email, password, ...(otp !== undefined && { otp }) } }),
    );
    keep(next);
    return next.account;
  }

  async function signOut(): Promise<void> {
    await answer(api.POST("/auth/logout", { params: OWN_PAGE, headers: { ...ownPage, Cookie: cookie } }));
    keep(null);
    cookie = "";
  }

  return Object.assign(api, { signIn, signOut });
}

const OWN_PAGE = { header: { "X-CarePlus": "1" } } as const;

function seconds(response: Response): number | undefined {
  const value = response.headers.get("Retry-After") ?? "";
  return /^\d+$/.test(value) ? Number(value) : undefined;
}
