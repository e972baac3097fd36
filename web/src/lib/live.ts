/** Values that the whole app shares: who is signed in, where we are. Pages keep theirs in useState. */
import { useEffect, useState } from "preact/hooks";

export interface Live<T> {
  get: () => T;
  set: (value: T) => void;
  /** Calls `listener` after each change. Returns how to stop. */
  listen: (listener: (value: T) => void) => () => void;
}

export function live<T>(initial: T): Live<T> {
  const listeners = new Set<(value: T) => void>();
  let current = initial;
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of listeners) listener(value);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The value now; the component is drawn anew when it changes. */
export function useLive<T>(value: Live<T>): T {
  const [current, setCurrent] = useState(() => value.get());
  useEffect(() => {
    const take = (): void => setCurrent(() => value.get());
    // it may have changed between the first drawing and this effect
    take();
    return value.listen(take);
  }, [value]);
  return current;
}
