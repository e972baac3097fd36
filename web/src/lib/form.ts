/** Forms: one submit at a time, and what is wrong with which field. */
import { useRef, useState } from "preact/hooks";
import type { NoAnswer, Problem } from "../api/client";
import { type Key, plural, t, tCode } from "./i18n";

/** What to put right; `field` is the id of its input, null where it is about the whole form. */
export interface Mistake {
  field: string | null;
  message: string;
}

/** Runs `act` for one submit at a time, however often the button is pressed. */
export function useSubmit(act: () => Promise<void>): { busy: boolean; submit: (event: Event) => void } {
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (running.current) return;
    running.current = true;
    setBusy(true);
    try {
      await act();
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, submit: (event) => void submit(event) };
}

/** Mistakes for the fields that are empty, in the order given. */
export function missing(fields: Readonly<Record<string, { value: string; say: Key }>>): Mistake[] {
  return Object.entries(fields)
    .filter(([, { value }]) => value.trim() === "")
    .map(([field, { say }]) => ({ field, message: t(say) }));
}

/** A refusal as mistakes: of the fields it names where the form has them, else of the whole form. */
export function mistakes(problem: Problem | NoAnswer, retryAfter: number | null, fields: readonly string[]): Mistake[] {
  if (problem.code === "malformed") {
    const named = problem.errors.map(({ field, message }) => ({ field: field.replace(/^body\./, ""), message }));
    if (named.every(({ field }) => fields.includes(field)))
      return named.map(({ field, message }) => ({ field, message: tCode("malformed", field, message) }));
  }
  return [{ field: null, message: said(problem, retryAfter) }];
}

/** One sentence or two for a problem: our own words for its code, else the server's. */
export function said(problem: Problem | NoAnswer, retryAfter: number | null): string {
  const known = tCode("problem", problem.code, "detail" in problem ? problem.detail : t("problem.unexpected"));
  return retryAfter === null ? known : `${known} ${plural("wait.seconds", retryAfter)}`;
}
