/** A fake network: answers by method and path, and records requests. */

import { vi } from "vitest";
import type { Tokens } from "../src/api/client";
import { PAT } from "./fixtures";

export interface RecordedRequest {
  call: string;
  headers: Headers;
  body: unknown;
}

type Reply = Response | Error | ((requests: RecordedRequest) => Response | Promise<Response>);

/** Stub `fetch` with lists of replies; the last reply of a list repeats. Return the recorded requests. */
export function gateway(replies: Record<string, Reply[]>): RecordedRequest[] {
  const requests: RecordedRequest[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const call = `${request.method} ${new URL(request.url).pathname}`;
    const text = await request.text();
    const now = { call, headers: request.headers, body: text ? JSON.parse(text) : null };
    requests.push(now);
    const list = replies[call];
    const reply = list && list.length > 1 ? list.shift() : list?.[0];
    if (!reply) throw new Error(`nobody answers ${call}`);
    if (reply instanceof Error) throw reply;
    return typeof reply === "function" ? reply(now) : reply.clone();
  });
  return requests;
}

export function tokens(access_token = "first", account = PAT): Response {
  return json({
    access_token,
    token_type: "bearer",
    expires_in: 600,
    idle_seconds: 1800,
    must_enrol: false,
    other_side: null,
    account,
  } satisfies Tokens);
}

export function json(body: unknown): Response {
  return Response.json(body);
}

export function refusal(
  status: number,
  code: string,
  more: object = {},
  headers: Record<string, string> = {},
): Response {
  const problem = {
    type: `/docs/problems#${code}`,
    title: code,
    status,
    detail: `Detail of ${code}.`,
    code,
    request_id: "r",
  };
  return new Response(JSON.stringify({ ...problem, ...more }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}
