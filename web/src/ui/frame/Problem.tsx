/** Says that something could not be had, and offers to try again. The rest of the page goes on working. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Failure, NoAnswer, Problem as Refused } from "../../api/client";
import { t, tCode } from "../../lib/i18n";
import { said } from "../../lib/problem-text";
import { NotFound } from "./NotFound";
import { Page } from "./Page";

interface Props {
  failure: Failure<Refused | NoAnswer>;
  again: () => void;
  /** It is what the page is about: then the page says so, and what is not there is a page of its own. */
  whole?: boolean;
}

/** Code that could not be loaded: the line is away, or another version is on offer by now. */
export function NoCode({ whole = false }: Pick<Props, "whole">) {
  // a browser remembers that a file could not be had; only a new start asks for it again, and drafts survive that
  return <Problem failure={NO_CODE} again={() => location.reload()} whole={whole} />;
}

const NO_CODE = { ok: false, problem: { code: "no_code", status: 0 }, retryAfter: null } as const;

export function Problem({ failure, again, whole = false }: Props) {
  const { problem, retryAfter } = failure;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const drawn = box.current;
    return () => {
      // it went well this time, and the button goes with the focus on it
      if (drawn?.contains(document.activeElement)) document.querySelector("h1")?.focus({ preventScroll: true });
    };
  }, []);
  // an address that cannot be right leads as little anywhere as one of nothing
  if (whole && (problem.code === "not_found" || problem.code === "malformed")) return <NotFound />;
  const words = said(problem, retryAfter);
  const button = (
    <button type="button" class="button quiet" onClick={again}>
      {tCode("trouble.again", problem.code, t("trouble.again"))}
    </button>
  );
  if (whole)
    return (
      <Page title={tCode("trouble.title", problem.code, t("trouble.title"))} lead={words} width="narrow">
        {button}
      </Page>
    );
  return (
    <div class="problem" role="alert" ref={box}>
      <p>{words}</p>
      {button}
    </div>
  );
}
