/** The router: the current address, navigation and the notice shown after it. */

import { observable } from "../../api/observable";
import { forgetShown } from "../../api/unchanged";
import type { Key } from "../i18n/i18n";

export interface Address {
  path: string;
  search: string;
}

export const address = observable<Address>(here());
/** A notice at the top of the page, cleared by the next navigation. */
export const notice = observable<Key | null>(null);

/** Addresses of this origin that are not pages of the app. */
const SERVED = ["/docs", "/openapi.json", "/api/", "/auth/"];

/** Navigate to an address; `say` is the notice shown there. */
export function go(href: string, { replace = false, say = null as Key | null } = {}): void {
  const before = location.pathname;
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  arrive();
  notice.set(say);
  // a filter or another week is the same page: keep the scroll position
  if (location.pathname !== before) scrollTo(0, 0);
}

/** The address of this page with changed query parameters; null removes one. */
export function withQuery(changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text ? `${location.pathname}?${text}` : location.pathname;
}

/** The parameters of a pattern such as `/doctors/:id` in a path, or null without a match. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (part.startsWith(":") && value !== "") values[part.slice(1)] = decoded(value);
    else if (part !== value) return null;
  }
  return values;
}

/** Navigate on clicks on links to our own pages, without a reload, until the returned function is called. */
export function listen(): () => void {
  addEventListener("popstate", arrive);
  document.addEventListener("click", follow);
  return () => {
    removeEventListener("popstate", arrive);
    document.removeEventListener("click", follow);
  };
}

/** The address to return to after a sign-in, limited to a path of this origin. */
export function safeNext(next: string | null): string {
  if (!next?.startsWith("/")) return "/";
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/";
}

function here(): Address {
  return { path: location.pathname, search: location.search };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function arrive(): void {
  // links within a page change the fragment only
  if (location.pathname === address.get().path && location.search === address.get().search) return;
  notice.set(null);
  forgetShown();
  address.set(here());
}

function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link?.href || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (SERVED.some((path) => link.pathname.startsWith(path))) return;
  // a link within this page is left to the browser
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
}
