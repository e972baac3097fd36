/** Forms: one submit at a time, and the mistakes of each field. */
import { useRef, useState } from "preact/hooks";
import type { NoAnswer, Problem } from "../../api/client";
import { type Key, t } from "../i18n/i18n";
import { malformedText, problemText } from "../i18n/problem-text";

/** A mistake in a form; `field` is the id of its input, null for the whole form. */
export interface Mistake {
  field: string | null;
  message: string;
}

/** Whether the form is being sent, and the mistakes of the last try. */
export interface Form {
  busy: boolean;
  errors: readonly Mistake[];
  submit: (event: Event) => void;
}

/** A form: `check` returns mistakes before sending, `act` sends and returns the mistakes of the answer. */
export function useForm(check: () => Mistake[], act: () => Promise<Mistake[] | undefined>): Form {
  const [errors, setErrors] = useState<readonly Mistake[]>([]);
  const { busy, submit } = useSubmit(async () => {
    const found = check();
    setErrors(found.length > 0 ? found : ((await act()) ?? []));
  });
  return { busy, errors, submit };
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

/** A refusal as mistakes: of its fields if the form has all of them, otherwise of the whole form. */
export function mistakes(problem: Problem | NoAnswer, retryAfter: number | null, fields: readonly string[]): Mistake[] {
  if (problem.code === "malformed") {
    const named = problem.errors.map(({ field, message }) => ({ field: field.replace(/^body\./, ""), message }));
    if (named.every(({ field }) => fields.includes(field)))
      return named.map(({ field, message }) => ({ field, message: malformedText(field, message) }));
  }
  return [{ field: null, message: problemText(problem, retryAfter) }];
}
