import { afterEach, beforeEach, expect, test } from "vitest";
import { address, go, listen, notice, safeNext } from "../src/lib/routing/router";

let stop: () => void;

beforeEach(() => {
  stop = listen();
  go("/");
});

afterEach(() => {
  stop();
  document.body.replaceChildren();
});

/** Clicks a link; true: the app took it, false: it is left to the browser. */
function taken(html: string, how: MouseEventInit = {}): boolean {
  document.body.innerHTML = html;
  const event = new MouseEvent("click", { bubbles: true, cancelable: true, button: 0, ...how });
  let byApp = false;
  const last = (): void => {
    byApp = event.defaultPrevented;
    event.preventDefault();
  };
  addEventListener("click", last, { once: true });
  (document.querySelector("span") ?? document.querySelector("a, p"))?.dispatchEvent(event);
  return byApp;
}

test("internal links navigate without a reload", () => {
  expect(taken('<a href="/register?next=%2F"><span>x</span></a>')).toBe(true);
  expect(address.get()).toEqual({ path: "/register", search: "?next=%2F" });
  expect(location.pathname).toBe("/register");
});

test.each([
  ["the API reference", '<a href="/docs#/labs/book_tests">x</a>', {}],
  ["the document", '<a href="/openapi.json">x</a>', {}],
  ["another origin", '<a href="https://elsewhere.example/">x</a>', {}],
  ["a new tab", '<a href="/register" target="_blank">x</a>', {}],
  ["a new tab by key", '<a href="/register">x</a>', { ctrlKey: true }],
  ["a download", '<a href="/register" download>x</a>', {}],
  ["the skip link", '<a href="#main">x</a>', {}],
  ["no link", "<p>x</p>", {}],
])("%s is left to the browser", (_, html, how) => {
  expect(taken(html, how)).toBe(false);
  expect(address.get().path).toBe("/");
});

test("a notice disappears with the next navigation", () => {
  go("/sign-in", { say: "signed_out" });
  expect(notice.get()).toBe("signed_out");
  go("/register");
  expect(notice.get()).toBeNull();
});

test("the Back button is followed", () => {
  go("/register");
  history.replaceState(null, "", "/sign-in");
  dispatchEvent(new PopStateEvent("popstate"));
  expect(address.get().path).toBe("/sign-in");
});

test.each([
  [null, "/"],
  ["", "/"],
  ["/doctors/7?week=2030-01-07", "/doctors/7?week=2030-01-07"],
  ["https://elsewhere.example/", "/"],
  ["//elsewhere.example/x", "/"],
  ["/\\elsewhere.example", "/"],
  ["javascript:alert(1)", "/"],
])("after signing in, next=%s leads to %s", (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});
