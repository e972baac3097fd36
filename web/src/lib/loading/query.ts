/** Loading: the answer of a request, kept during a reload, polled, and retried after a passing failure. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Failure, NoAnswer, Outcome, Problem } from "../../api/client";

export interface Loaded<T> {
  /** The last answer, also during and after a failed reload; undefined before the first. */
  data: T | undefined;
  /** The failure of the newest try, or null. */
  failure: Failure<Problem | NoAnswer> | null;
  loading: boolean;
  again: () => void;
  /** Show the answer of a change without reloading. */
  put: (data: T) => void;
}

interface Options {
  /** Polling interval in ms while the page is visible. */
  every?: number;
}

type Answer<T, E> = Promise<Outcome<T, E>>;

/** Load on the first render and whenever `keys` change; data of other keys is never shown. */
export function useLoad<T, E extends object>(
  ask: () => Answer<T, E>,
  keys: readonly unknown[],
  { every }: Options = {},
): Loaded<T> {
  const about = JSON.stringify(keys);
  const [state, setState] = useState<State<T>>({ about, ...FIRST });
  const runNumber = useRef(0);
  const latest = useRef({ ask, about });
  latest.current = { ask, about };
  // also during the first render with new keys
  const shown = state.about === about ? state : { about, ...FIRST };

  const run = useCallback(async (): Promise<void> => {
    const { ask, about } = latest.current;
    runNumber.current += 1;
    const started = runNumber.current;
    setState((before) => (before.about === about ? { ...before, loading: true } : { about, ...FIRST }));
    const answer = await ask();
    if (started !== runNumber.current) return;
    if (answer.ok) setState({ about, data: answer.data, failure: null, loading: false });
    else setState((before) => ({ ...before, failure: answer as Failure<Problem | NoAnswer>, loading: false }));
  }, []);

  useEffect(() => {
    void run();
    return () => {
      runNumber.current += 1;
    };
  }, [about, run]);

  const { loading, failure } = shown;
  const retrying = failure !== null && isTemporary(failure.problem);
  useEffect(() => {
    const pause = retrying ? AFTER_FAILURE_MS : every;
    // no poll during a request: it may be waiting for a sign-in
    if (pause === undefined || loading) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void run();
    }, pause);
    return () => clearInterval(timer);
  }, [retrying, every, loading, run]);

  const put = useCallback(
    (data: T): void => {
      // the change belongs to the previous keys
      if (about !== latest.current.about) return;
      runNumber.current += 1;
      setState({ about, data, failure: null, loading: false });
    },
    [about],
  );
  return { data: shown.data, failure, loading, again: () => void run(), put };
}

type State<T> = Pick<Loaded<T>, "data" | "failure" | "loading"> & { about: string };
const FIRST = { data: undefined, failure: null, loading: true } as const;
const AFTER_FAILURE_MS = 5_000;

/** Whether a problem is transient. */
export function isTemporary(problem: Problem | NoAnswer): boolean {
  return problem.code === "no_answer" || problem.code === "unavailable" || problem.code === "timed_out";
}

/** A list that grows page by page: `more` appends the next page, null at the end. */
export interface Pages<T> extends Loaded<{ items: T[]; next_cursor: string | null }> {
  more: (() => void) | null;
}

/** Like `useLoad`, for answers with `next_cursor`. A reload fetches as many pages as are shown. */
export function usePages<T, E extends object>(
  ask: (cursor: string | undefined) => Answer<{ items: T[]; next_cursor: string | null }, E>,
  keys: readonly unknown[],
  options: Options = {},
): Pages<T> {
  const about = JSON.stringify(keys);
  const shown = useRef({ about, pages: 1 });
  if (shown.current.about !== about) shown.current = { about, pages: 1 };
  const everything = async (): Answer<{ items: T[]; next_cursor: string | null }, E> => {
    const { pages } = shown.current;
    let found = await ask(undefined);
    for (let n = 1; n < pages && found.ok && found.data.next_cursor !== null; n += 1) {
      const next = await ask(found.data.next_cursor);
      if (!next.ok) return next;
      found = { ok: true, data: joined(found.data, next.data) };
    }
    return found;
  };
  const first = useLoad(everything, keys, options);
  const cursor = first.data?.next_cursor ?? null;
  const latest = useRef(first.data);
  latest.current = first.data;
  const busy = useRef(false);
  const more = async (): Promise<void> => {
    if (busy.current || cursor === null || !first.data) return;
    busy.current = true;
    const next = await ask(cursor);
    busy.current = false;
    if (shown.current.about !== about) return;
    shown.current.pages += 1;
    // the list was reloaded meanwhile, or the next page failed: reload all pages, which also shows the failure
    if (!next.ok || latest.current !== first.data) first.again();
    else first.put(joined(first.data, next.data));
  };
  return { ...first, more: cursor === null ? null : () => void more() };
}

function joined<T>(before: { items: T[] }, next: { items: T[]; next_cursor: string | null }) {
  return { items: [...before.items, ...next.items], next_cursor: next.next_cursor };
}
