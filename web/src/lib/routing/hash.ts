/** The fragment of the address, which browsers do not send: links from mails carry their codes there. */
import { useEffect, useState } from "preact/hooks";

/** The current fragment, also after another link is opened on this page, and a function that clears it. */
export function useHash(): [hash: string, forget: () => void] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return [hash, () => setHash("")];
}

/** The value of `name` in a fragment: "abc" for `code` in `#code=abc`. */
export function hashValue(hash: string, name: string): string | null {
  return new URLSearchParams(hash.slice(1)).get(name);
}
