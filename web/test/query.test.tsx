import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Outcome } from "../src/api/client";
import { type Loaded, type Pages, useLoad, usePages } from "../src/lib/loading/query";
import { draw, press, settled } from "./page";

type Page = { items: string[]; next_cursor: string | null };
type Waiting<T> = { about: string; answer: (outcome: Outcome<T>) => Promise<void> };

const ok = <T,>(data: T): Outcome<T> => ({ ok: true, data });
const away = { ok: false, problem: { code: "no_answer", status: 0 }, retryAfter: null } as const;
const unseen = { ok: false, problem: { code: "not_found" }, retryAfter: null } as unknown as Outcome<never>;

/** A loader whose requests wait until the test answers them. */
function heldRequests<T>() {
  const requests: Waiting<T>[] = [];
  const ask = (about: string): Promise<Outcome<T>> =>
    new Promise((resolve) => {
      const answer = async (outcome: Outcome<T>): Promise<void> => {
        resolve(outcome);
        await settled();
      };
      requests.push({ about, answer });
    });
  return { requests, ask };
}

let loaded: Loaded<string>;
/** Every rendering, with its key. */
let drawn: string[];
let pages: Pages<string>;

function One({ of, ask, every }: { of: string; ask: (about: string) => Promise<Outcome<string>>; every?: number }) {
  loaded = useLoad(() => ask(of), [of], every === undefined ? {} : { every });
  drawn.push(`${of}: ${loaded.data ?? "-"}`);
  return <p>{loaded.data}</p>;
}

function Many({ of, ask }: { of: string; ask: (about: string) => Promise<Outcome<Page>> }) {
  pages = usePages((cursor) => ask(`${of} ${cursor ?? "first"}`), [of]);
  return <p>{pages.data?.items.join()}</p>;
}

/** A component whose button switches it to another key. */
async function switching(draws: (of: string) => preact.ComponentChild): Promise<void> {
  const { useState } = await import("preact/hooks");
  const Switch = () => {
    const [of, setOf] = useState("a");
    return (
      <>
        <button type="button" onClick={() => setOf("b")}>
          b
        </button>
        {draws(of)}
      </>
    );
  };
  await draw(<Switch />);
}

const later = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
const seen = (state: DocumentVisibilityState) => vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);

beforeEach(() => {
  drawn = [];
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => vi.useRealTimers());

test("data and late answers of other keys are not shown", async () => {
  const { requests, ask } = heldRequests<string>();
  await switching((of) => <One of={of} ask={ask} />);
  await requests[0]?.answer(ok("of a"));
  loaded.again();
  await press("b");
  await requests[2]?.answer(ok("of b"));
  await requests[1]?.answer(ok("of a, again"));
  expect(requests.map(({ about }) => about)).toEqual(["a", "a", "b"]);
  expect(loaded).toMatchObject({ data: "of b", loading: false });
  expect(drawn.filter((line) => /a: of b|b: of a/.test(line))).toEqual([]);
});

test("an update is shown, an older answer is dropped", async () => {
  const { requests, ask } = heldRequests<string>();
  await draw(<One of="a" ask={ask} />);
  await requests[0]?.answer(ok("old"));
  loaded.again();
  await act(() => loaded.put("new"));
  await requests[1]?.answer(ok("old"));
  expect(loaded).toMatchObject({ data: "new", loading: false, failure: null });
});

test("an update that ends after a key change is dropped", async () => {
  const { requests, ask } = heldRequests<string>();
  await switching((of) => <One of={of} ask={ask} />);
  await requests[0]?.answer(ok("of a"));
  const { put } = loaded;
  await press("b");
  await act(() => put("of a, changed"));
  await requests[1]?.answer(ok("of b"));
  expect(loaded.data).toBe("of b");
});

test("a failure keeps data; only a temporary one retries", async () => {
  const { requests, ask } = heldRequests<string>();
  await draw(<One of="a" ask={ask} />);
  await requests[0]?.answer(ok("first"));
  loaded.again();
  await requests[1]?.answer(away);
  expect(loaded).toMatchObject({ data: "first", failure: away, loading: false });
  await later(5_000);
  await requests[2]?.answer(unseen as Outcome<string>);
  expect(loaded).toMatchObject({ data: "first", failure: unseen });
  await later(60_000);
  expect(requests).toHaveLength(3);
});

test("a visible page polls one request at a time until it closes", async () => {
  const { requests, ask } = heldRequests<string>();
  const into = await draw(<One of="a" ask={ask} every={1_000} />);
  await later(5_000);
  expect(requests).toHaveLength(1);
  await requests[0]?.answer(ok("first"));
  seen("hidden");
  await later(5_000);
  expect(requests).toHaveLength(1);
  seen("visible");
  await later(1_000);
  expect(requests).toHaveLength(2);
  await requests[1]?.answer(ok("second"));
  expect(loaded.data).toBe("second");
  const { render } = await import("preact");
  await act(() => render(null, into));
  await later(5_000);
  expect(requests).toHaveLength(2);
});

const first = { items: ["1", "2"], next_cursor: "c" };
const second = { items: ["3"], next_cursor: null };

test("a reloaded list has as many pages as before", async () => {
  const { requests, ask } = heldRequests<Page>();
  await draw(<Many of="a" ask={ask} />);
  await requests[0]?.answer(ok(first));
  pages.more?.();
  pages.more?.();
  await requests[1]?.answer(ok(second));
  expect(pages.data?.items).toEqual(["1", "2", "3"]);
  expect(pages.more).toBeNull();
  pages.again();
  await requests[2]?.answer(ok({ ...first, items: ["0", "1"] }));
  await requests[3]?.answer(ok({ ...second, items: ["2", "3"] }));
  expect(pages.data?.items).toEqual(["0", "1", "2", "3"]);
  expect(requests.map(({ about }) => about)).toEqual(["a first", "a c", "a first", "a c"]);
});

test('a reload during "more" keeps the new list', async () => {
  const { requests, ask } = heldRequests<Page>();
  await draw(<Many of="a" ask={ask} />);
  await requests[0]?.answer(ok(first));
  pages.more?.();
  pages.again();
  await requests[2]?.answer(ok({ items: ["0", "1"], next_cursor: "d" }));
  await requests[1]?.answer(ok(second));
  await requests[3]?.answer(ok({ items: ["0", "1"], next_cursor: "d" }));
  await requests[4]?.answer(ok({ items: ["2", "3"], next_cursor: null }));
  expect(pages.data?.items).toEqual(["0", "1", "2", "3"]);
});

test("the next page of another list is not appended", async () => {
  const { requests, ask } = heldRequests<Page>();
  await switching((of) => <Many of={of} ask={ask} />);
  await requests[0]?.answer(ok(first));
  pages.more?.();
  await press("b");
  await requests[2]?.answer(ok({ items: ["x"], next_cursor: "y" }));
  await requests[1]?.answer(ok(second));
  expect(pages.data?.items).toEqual(["x"]);
  pages.again();
  await requests[3]?.answer(ok({ items: ["x"], next_cursor: "y" }));
  expect(requests).toHaveLength(4);
});

test("a failed next page shows an error and can be retried", async () => {
  const { requests, ask } = heldRequests<Page>();
  await draw(<Many of="a" ask={ask} />);
  await requests[0]?.answer(ok(first));
  pages.more?.();
  await requests[1]?.answer(away);
  await requests[2]?.answer(away);
  expect(pages).toMatchObject({ data: first, failure: away });
  await later(5_000);
  await requests[3]?.answer(ok(first));
  await requests[4]?.answer(ok(second));
  expect(pages.data?.items).toEqual(["1", "2", "3"]);
  expect(pages.failure).toBeNull();
});
