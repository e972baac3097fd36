/** The state of a password field. */
import { useState } from "preact/hooks";
import type { Key } from "../i18n/i18n";
import { type Mistake, missing } from "./form";

export interface Password {
  id: string;
  value: string;
  set: (value: string) => void;
  /** The mistake of an empty field. */
  check: () => Mistake[];
}

/** A password that is never stored as a draft; `message` is shown if it is empty. */
export function usePassword(id: string, message: Key = "missing.password"): Password {
  const [value, set] = useState("");
  return { id, value, set, check: () => missing({ [id]: { value, say: message } }) };
}
