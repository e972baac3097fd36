/** The address bar as state: where we are, how to go elsewhere, and what is said on arrival. */
import type { Key } from "./lib/i18n";
import { shared } from "./lib/shared";

export interface Address {
  path: string;
  search: string;
}

export const address = shared<Address>(here());
/** A sentence for the reader, gone with the next move. */
export const notice = shared<Key | null>(null);

/** Addresses of this origin that are not pages of the app. */
const SERVED = ["/docs", "/openapi.json", "/api/", "/auth/"];

export function go(href: string, { replace = false, say = null as Key | null } = {}): void {
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  arrive();
  notice.set(say);
  if (!replace) scrollTo(0, 0);
}

/** Turns clicks on links to our own pages into moves without a reload. Returns how to stop. */
export function listen(): () => void {
  addEventListener("popstate", arrive);
  document.addEventListener("click", follow);
  return () => {
    removeEventListener("popstate", arrive);
    document.removeEventListener("click", follow);
  };
}

/** The address to return to after a sign-in: a path of this origin, whatever the link said. */
export function safeNext(next: string | null): string {
  if (!next?.startsWith("/")) return "/";
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/";
}

function here(): Address {
  return { path: location.pathname, search: location.search };
}

function arrive(): void {
  // moves within a page change the hash only
  if (location.pathname === address.get().path && location.search === address.get().search) return;
  notice.set(null);
  address.set(here());
}

function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link?.href || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (SERVED.some((path) => link.pathname.startsWith(path))) return;
  // a link within this page: the browser knows best
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
