/** Looks for something while somebody types. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { NoAnswer, Outcome, Problem } from "../../api/client";
import { type Loaded, useLoad } from "../../lib/query";

/** What is typed faster than this is one search. */
const PAUSE_MS = 200;

interface Search<T> {
  typed: string;
  setTyped: (typed: string) => void;
  /** What is looked for, a moment behind what is typed. */
  q: string;
  found: Loaded<T>;
  /** While a search is under way the answer before stays, so that nothing jumps. */
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
