/** The four states of a request: loading, failed, empty, loaded. */
import type { ComponentChildren } from "preact";
import type { Loaded } from "../lib/loading/query";
import { Problem } from "./frame/Problem";
import { Skeleton } from "./frame/Skeleton";

interface Props<T> {
  of: Loaded<T>;
  /** The request is the whole page's. */
  whole?: boolean;
  /** Shown for an empty list. */
  empty?: ComponentChildren;
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ComponentChildren;
}

export function Ready<T>({ of, whole = false, empty, isEmpty = nothingIn, children }: Props<T>) {
  if (of.data === undefined)
    return of.failure ? <Problem failure={of.failure} again={of.again} whole={whole} /> : <Skeleton />;
  return (
    <>
      {of.failure && <Problem failure={of.failure} again={of.again} />}
      {empty !== undefined && isEmpty(of.data) ? empty : children(of.data)}
    </>
  );
}

function nothingIn(data: unknown): boolean {
  return (
    typeof data === "object" && data !== null && "items" in data && Array.isArray(data.items) && data.items.length === 0
  );
}
