/** The second factor at sign-in: requested after a correct password, if the account has one. */
import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../../api/client";
import { t } from "../i18n/i18n";
import { type Mistake, missing, mistakes } from "./form";

export interface Otp {
  id: string;
  required: boolean;
  value: string;
  set: (value: string) => void;
  /** The code to send; undefined until one is requested. */
  sent: string | undefined;
  check: () => Mistake[];
  /** The mistakes of a refused sign-in; none when a code is requested for the first time. */
  refused: (failure: Failure) => Mistake[];
  /** Reset for another account. */
  forget: () => void;
}

export function useOtp(id: string): Otp {
  const [required, setRequired] = useState(false);
  const [value, set] = useState("");
  useEffect(() => {
    if (required) document.getElementById(id)?.focus();
  }, [required, id]);
  const refused = (failure: Failure): Mistake[] => {
    if (failure.problem.code !== "otp_required") return mistakes(failure.problem, failure.retryAfter, []);
    setRequired(true);
    // a code works once and expires soon
    set("");
    return required ? [{ field: id, message: t("otp.wrong") }] : [];
  };
  const forget = (): void => {
    setRequired(false);
    set("");
  };
  return {
    id,
    required,
    value,
    set,
    sent: required ? value.trim() : undefined,
    check: () => (required ? missing({ [id]: { value, say: "missing.otp" } }) : []),
    refused,
    forget,
  };
}
