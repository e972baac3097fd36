import { useState } from "preact/hooks";
import { act } from "preact/test-utils";
import { expect, test } from "vitest";
import { Dialog } from "../src/ui/Dialog";
import { Page } from "../src/ui/frame/Page";
import { Problem } from "../src/ui/frame/Problem";
import { More } from "../src/ui/More";
import { draw, press, settled } from "./page";

const failure = { ok: false, problem: { code: "no_answer", status: 0 }, retryAfter: null } as const;
const shown = () => document.querySelector("dialog") as HTMLDialogElement;
/** Escape pressed twice: the browser closes the dialog without asking. */
const closedPast = async () => {
  await act(() => shown().close());
  await settled();
};

test("a required dialog reopens, an optional one stays closed", async () => {
  await draw(
    <Dialog title="Sign in again" onClose={() => {}}>
      <button type="button">Sign in</button>
    </Dialog>,
  );
  await closedPast();
  expect(shown().open).toBe(true);
  document.body.replaceChildren();

  let closings = 0;
  const Closable = () => {
    const [open, setOpen] = useState(true);
    const close = (): void => {
      closings += 1;
      setOpen(false);
    };
    return open ? <Dialog title="Sure?" onClose={close} children={null} /> : null;
  };
  await draw(<Closable />);
  await closedPast();
  expect(document.querySelector("dialog")).toBeNull();
  expect(closings).toBe(1);
});

test("a successful retry focuses the page's heading", async () => {
  const Part = () => {
    const [failed, setFailed] = useState(true);
    return <Page title="Home">{failed && <Problem failure={failure} again={() => setFailed(false)} />}</Page>;
  };
  await draw(<Part />);
  const again = document.querySelector<HTMLElement>(".problem button");
  again?.focus();
  await press("Try again");
  expect(document.activeElement?.tagName).toBe("H1");
});

test("the list's end gets the focus only from its own button", async () => {
  const List = () => {
    const [left, setLeft] = useState(1);
    return (
      <>
        <input id="filter" onInput={() => setLeft(0)} />
        <More of={{ more: left > 0 ? () => setLeft(left - 1) : null }} />
      </>
    );
  };
  await draw(<List />);
  document.querySelector<HTMLElement>(".more button")?.focus();
  await press("Show more");
  expect(document.activeElement?.textContent).toBe("That is the whole list.");
  document.body.replaceChildren();

  await draw(<List />);
  const filter = document.getElementById("filter");
  filter?.focus();
  await act(() => void filter?.dispatchEvent(new Event("input", { bubbles: true })));
  expect(document.activeElement).toBe(filter);
  expect(document.querySelector(".more")).toBeNull();
});
