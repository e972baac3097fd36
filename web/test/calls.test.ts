import { expect, test } from "vitest";
import { calls } from "../src/api/calls";

const doctor = { doctor_id: 3 };

/** A client that records its requests and gets one reply. */
function answering(reply: Response) {
  const requests: Request[] = [];
  const api = calls(async (request) => {
    requests.push(request);
    return reply.clone();
  });
  return { api, requests };
}

const nothing = () => answering(new Response(null, { status: 204 }));

test("path values are escaped", async () => {
  const { api, requests } = nothing();
  await api.GET("/api/admin/tests/{code}" as never, { params: { path: { code: "a/b?c#d é" } } } as never);
  expect(requests[0]?.url).toBe(`${location.origin}/api/admin/tests/a%2Fb%3Fc%23d%20%C3%A9`);
});

test('undefined values are left out; false, 0 and "" are sent', async () => {
  const { api, requests } = nothing();
  const params = {
    path: doctor,
    query: { day: null, cursor: undefined, limit: 0, seen: false, q: "", name: "a&b" },
    header: { "If-Match": '"4"', "X-None": null },
  };
  await api.GET("/api/doctors/{doctor_id}", { params } as never);
  expect(new URL(requests[0]?.url ?? "").search).toBe("?limit=0&seen=false&q=&name=a%26b");
  expect(requests[0]?.headers.get("If-Match")).toBe('"4"');
  expect(requests[0]?.headers.has("X-None")).toBe(false);
});

test("only a call with a body has a content type", async () => {
  const { api, requests } = nothing();
  await api.GET("/api/doctors/{doctor_id}", { params: { path: doctor } });
  await api.POST("/auth/login", { body: { email: "a@b.c", password: "p" } });
  expect(requests[0]?.headers.has("Content-Type")).toBe(false);
  expect(requests[0]?.url.endsWith("/api/doctors/3")).toBe(true);
  expect(requests[1]?.headers.get("Content-Type")).toBe("application/json");
  expect(await requests[1]?.json()).toEqual({ email: "a@b.c", password: "p" });
});

test.each([
  ["an answer without a body", new Response(null, { status: 204 }), { data: undefined }],
  ["an answer", Response.json({ id: 1 }), { data: { id: 1 } }],
  ["a refusal", Response.json({ code: "stale" }, { status: 412 }), { error: { code: "stale" } }],
  ["a page of something in between", new Response("<h1>Bad</h1>", { status: 502 }), { error: "<h1>Bad</h1>" }],
])("%s is parsed by its type", async (_, reply, expected) => {
  const { api } = answering(reply);
  const { response, ...read } = await api.GET("/api/doctors/{doctor_id}", { params: { path: doctor } });
  expect(read).toEqual(expected);
  expect(response.status).toBe(reply.status);
});

test("an invalid JSON response is no answer", async () => {
  const { api } = answering(new Response("oops", { status: 200 }));
  await expect(api.GET("/api/doctors/{doctor_id}", { params: { path: doctor } })).rejects.toThrow(SyntaxError);
});

test("a text response is text, its refusal a problem", async () => {
  const wish = { params: { path: doctor }, parseAs: "text" } as const;
  const found = await answering(new Response("BEGIN:VCALENDAR")).api.GET("/api/doctors/{doctor_id}", wish);
  expect(found.data).toBe("BEGIN:VCALENDAR");
  const refused = answering(Response.json({ code: "not_found" }, { status: 404 }));
  expect((await refused.api.GET("/api/doctors/{doctor_id}", wish)).error).toEqual({ code: "not_found" });
});
