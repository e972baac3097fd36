import { afterEach, expect, test } from "vitest";
import { api, keep, type Tokens } from "../src/api/client";
import { forgetShown } from "../src/api/unchanged";
import { PAT, userAccount } from "./fixtures";
import { gateway, type RecordedRequest } from "./gateway";

const LIST = "GET /api/doctor/lab-results";
const NO_CONTENT = () => new Response(null, { status: 304, headers: { ETag: '"a"' } });
const list = (etag: string, ...items: number[]) =>
  Response.json({ items, next_cursor: null }, { headers: { ETag: etag } });
const asked = (requests: RecordedRequest[]) => requests.map(({ headers }) => headers.get("If-None-Match"));
const read = async () => (await api.GET("/api/doctor/lab-results")).data?.items;

afterEach(() => {
  keep(null);
  forgetShown();
});

function signIn(id: number): void {
  keep({
    access_token: `of ${id}`,
    token_type: "bearer",
    expires_in: 600,
    idle_seconds: 1800,
    account: userAccount({ ...PAT, id }),
  } as Tokens);
}

test("a reload asks for changes, and shows the same answer without any", async () => {
  signIn(3);
  const requests = gateway({ [LIST]: [list('"a"', 1), NO_CONTENT(), NO_CONTENT(), list('"b"', 2), NO_CONTENT()] });
  expect(await read()).toEqual([1]);
  expect(await read()).toEqual([1]);
  expect(await read()).toEqual([1]);
  expect(await read()).toEqual([2]);
  expect(await read()).toEqual([2]);
  expect(asked(requests)).toEqual([null, '"a"', '"a"', '"a"', '"b"']);
});

test("the next page and the next person read everything", async () => {
  signIn(3);
  const requests = gateway({ [LIST]: [list('"a"', 1)] });
  await read();
  forgetShown();
  await read();
  signIn(4);
  await read();
  expect(asked(requests)).toEqual([null, null, null]);
});

test("a renewed session keeps what is shown", async () => {
  signIn(3);
  const requests = gateway({ [LIST]: [list('"a"', 1), NO_CONTENT()] });
  await read();
  signIn(3);
  await read();
  expect(asked(requests)).toEqual([null, '"a"']);
});
