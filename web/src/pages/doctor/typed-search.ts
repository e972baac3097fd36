/** A search while typing. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { NoAnswer, Outcome, Problem } from "../../api/client";
import { type Loaded, useLoad } from "../../lib/loading/query";

/** The pause in ms after which a search starts. */
const PAUSE_MS = 200;

interface Search<T> {
  typed: string;
  setTyped: (typed: string) => void;
  /** The current query, delayed behind the typed text. */
  q: string;
  found: Loaded<T>;
  /** The result, or the previous one during a search, so that the page does not shift. */
  shown: Loaded<T>;
}

export function useTypedSearch<T, E extends Problem | NoAnswer>(ask: (q: string) => Promise<Outcome<T, E>>): Search<T> {
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useLoad(() => ask(q), [q]);
  const last = useRef(found.data);
  last.current = found.data ?? last.current;
  return { typed, setTyped, q, found, shown: { ...found, data: last.current } };
}
