/** Draws components into the document, as a browser would, and finds things in it. */
import { type ComponentChild, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach } from "vitest";

const roots: HTMLElement[] = [];

export async function draw(what: ComponentChild): Promise<HTMLElement> {
  const into = document.body.appendChild(document.createElement("div"));
  roots.push(into);
  await act(() => render(what, into));
  await settled();
  return into;
}

/** Wait for pending requests and their rendering. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await act(() => new Promise((resolve) => setTimeout(resolve, 0)));
}

/** Lets the code of a page be loaded: until there is a heading, and no skeleton any more. */
export async function arrived(): Promise<void> {
  for (let turn = 0; turn < 200 && (!heading() || document.querySelector(".skeleton")); turn += 1) await settled();
}

export async function type(id: string, text: string): Promise<void> {
  const input = document.getElementById(id) as HTMLInputElement;
  await act(() => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

export async function press(name: string | RegExp): Promise<void> {
  // an open dialog keeps the rest of the page from being pressed
  const within = document.querySelector("dialog[open]") ?? document;
  const pressed = [...within.querySelectorAll<HTMLElement>("button, a")].find((one) =>
    typeof name === "string" ? one.textContent === name : name.test(one.textContent ?? ""),
  );
  if (!pressed) throw new Error(`nothing to press is called ${name}`);
  await act(() => pressed.click());
  await settled();
}

export function heading(): string {
  return document.querySelector("h1")?.textContent ?? "";
}

afterEach(() => {
  for (const root of roots.splice(0)) {
    render(null, root);
    root.remove();
  }
});
