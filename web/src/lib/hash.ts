/** What stands after `#` in the address, where no server on the way reads it: codes of links come so. */
import { useEffect, useState } from "preact/hooks";

/** The hash, also when another link is opened over this very page; and how to forget it. */
export function useHash(): [hash: string, forget: () => void] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return [hash, () => setHash("")];
}

/** What `#code=abc` says for `code`. */
export function saidIn(hash: string, name: string): string | null {
  return new URLSearchParams(hash.slice(1)).get(name);
}
