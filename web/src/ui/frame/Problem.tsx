/** A failed request with a retry button. The rest of the page keeps working. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Failure, NoAnswer, Problem as Refused } from "../../api/client";
import { t, tCode } from "../../lib/i18n/i18n";
import { problemText } from "../../lib/i18n/problem-text";
import { NotFound } from "./NotFound";
import { Page } from "./Page";

interface Props {
  failure: Failure<Refused | NoAnswer>;
  again: () => void;
  /** The failure concerns the whole page; `not_found` then shows the 404 page. */
  whole?: boolean;
}

/** A script that could not be loaded: the network failed, or a new version was deployed. */
export function NoCode({ whole = false }: Pick<Props, "whole">) {
  // browsers cache a failed import; only a reload requests it again, and drafts survive a reload
  return <Problem failure={NO_CODE} again={() => location.reload()} whole={whole} />;
}

const NO_CODE = { ok: false, problem: { code: "no_code", status: 0 }, retryAfter: null } as const;

export function Problem({ failure, again, whole = false }: Props) {
  const { problem, retryAfter } = failure;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const drawn = box.current;
    return () => {
      // after success the focused button is removed
      if (drawn?.contains(document.activeElement)) document.querySelector("h1")?.focus({ preventScroll: true });
    };
  }, []);
  // an invalid address is shown like an unknown one
  if (whole && (problem.code === "not_found" || problem.code === "malformed")) return <NotFound />;
  const words = problemText(problem, retryAfter);
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
