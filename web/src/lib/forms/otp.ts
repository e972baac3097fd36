/** The second factor at sign-in: requested after a correct password, if the account has one. */
import { useEffect, useState } from "preact/hooks";
import type { Failure } from "../../api/client";
import { t } from "../i18n/i18n";
import { type Mistake, missing, mistakes } from "./form";

export interface Otp {
  id: string;
  asked: boolean;
  value: string;
  set: (value: string) => void;
  /** The code to send; undefined until one is requested. */
  sent: string | undefined;
  check: () => Mistake[];
  /** The mistakes of a refused sign-in; the first request for a code is none. */
  refused: (failure: Failure) => Mistake[];
  /** Reset for another account. */
  forget: () => void;
}

export function useOtp(id: string): Otp {
  const [asked, setAsked] = useState(false);
  const [value, set] = useState("");
  useEffect(() => {
    if (asked) document.getElementById(id)?.focus();
  }, [asked, id]);
  const refused = (failure: Failure): Mistake[] => {
    if (failure.problem.code !== "otp_required") return mistakes(failure.problem, failure.retryAfter, []);
    setAsked(true);
    // a code works once and expires soon
    set("");
    return asked ? [{ field: id, message: t("otp.wrong") }] : [];
  };
  const forget = (): void => {
    setAsked(false);
    set("");
  };
  return {
    id,
    asked,
    value,
    set,
    sent: asked ? value.trim() : undefined,
    check: () => (asked ? missing({ [id]: { value, say: "missing.otp" } }) : []),
    refused,
    forget,
  };
}
