/** A client with openapi-fetch's types over a small implementation, which saves a sixth of the shell's size. */
import type { Client } from "openapi-fetch";
import type { paths } from "../../types/schema";

type Values = Readonly<Record<string, unknown>>;
interface Init {
  params?: { path?: Values; query?: Values; header?: Values };
  body?: unknown;
  headers?: Record<string, string>;
  parseAs?: "text";
}
type Answered = { data?: unknown; error?: unknown; response: Response };

/**
 * Return one function per method, `GET("/api/doctors/{doctor_id}", { params, body })`; `send` sends the request to `origin()`,
 * which is the page's own unless a program outside of the hospital names another.
 */
export function calls(send: (request: Request) => Promise<Response>, origin = () => location.origin): Client<paths> {
  const by =
    (method: string) =>
    async (path: string, init: Init = {}) =>
      answer(await send(buildRequest(origin(), method, path, init)), init);
  // the types describe the parameters and answer of each call; at run time all calls are the same
  return { GET: by("GET"), POST: by("POST"), PUT: by("PUT"), DELETE: by("DELETE") } as unknown as Client<paths>;
}

function buildRequest(origin: string, method: string, path: string, { params = {}, body, headers }: Init): Request {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params.path?.[name])));
  const query = new URLSearchParams(sent(params.query)).toString();
  return new Request(origin + address + (query && `?${query}`), {
    method,
    credentials: "same-origin",
    headers: {
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...Object.fromEntries(sent(params.header)),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
}

/** The names and values as text, without null and undefined. */
function sent(values: Values = {}): string[][] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, String(value)]);
}

async function answer(response: Response, { parseAs }: Init): Promise<Answered> {
  const text = await response.text();
  if (parseAs && response.ok) return { data: text, response };
  if (response.ok) return { data: text ? JSON.parse(text) : undefined, response };
  try {
    return { error: JSON.parse(text), response };
  } catch {
    // not from CarePlus: the page of a proxy
    return { error: text, response };
  }
}
