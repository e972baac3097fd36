/** A value shared by the whole app, with listeners. Pages keep their own state in useState. */

type Listener<T> = (value: T, before: T) => void;

export interface Observable<T> {
  get: () => T;
  set: (value: T) => void;
  /** Call `listener` after each change; the same function is called once. Return a function that stops it. */
  listen: (listener: Listener<T>) => () => void;
}

export function observable<T>(initial: T): Observable<T> {
  const listeners = new Set<Listener<T>>();
  let current = initial;
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      const before = current;
      current = value;
      for (const listener of listeners) listener(value, before);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
