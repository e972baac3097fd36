/** Drafts: unsent text of one account, kept in sessionStorage until it is sent and deleted at sign-out. */
import { useCallback, useState } from "preact/hooks";
import { account } from "../session/account";

type SignedIn = ReturnType<typeof account.get>;

const PREFIX = "careplus.draft.";

export interface Draft<T> {
  value: T;
  set: (value: T) => void;
  /** Whether the value was read from storage, for example after a reload. */
  restored: boolean;
  /** Delete the draft after it is sent or discarded. */
  drop: () => void;
}

/** Like `useState`, but survives a reload; `name` names the page and the record. Never for passwords. */
export function useDraft<T>(name: string, initial: T): Draft<T> {
  const key = keyOf(name);
  const [found] = useState(() => read<T>(key));
  const [value, setValue] = useState<T>(found ?? initial);
  const set = useCallback(
    (next: T): void => {
      setValue(() => next);
      // a request may end after its writer has signed out
      if (key === keyOf(name)) write(key, next);
    },
    [key, name],
  );
  const drop = useCallback((): void => write(key, undefined), [key]);
  return { value, set, restored: found !== undefined, drop };
}

function keyOf(name: string): string {
  return `${PREFIX}${account.get()?.id ?? "nobody"}.${name}`;
}

/** Deletes drafts when the account changes: all at sign-out, other accounts' at sign-in. */
export function wipeDraftsWithAccount(): void {
  account.listen(wipeOthers);
}

function wipeOthers(now: SignedIn, before: SignedIn): void {
  if (now) wipeDrafts([`${PREFIX}${now.id}.`, `${PREFIX}nobody.`]);
  else if (before) wipeDrafts([]);
}

/** Deletes every draft of this tab whose key starts with none of `kept`. */
function wipeDrafts(prefixes: readonly string[]): void {
  try {
    for (const key of Object.keys(sessionStorage))
      if (key.startsWith(PREFIX) && !prefixes.some((start) => key.startsWith(start))) sessionStorage.removeItem(key);
  } catch {
    // session storage is forbidden in this browser
  }
}

function read<T>(key: string): T | undefined {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full or forbidden: the text is kept on the page only
  }
}
