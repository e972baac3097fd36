/** The second factor at sign-in: requested after a correct password, if the account has one. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure, Schemas } from "../../api/client";
import { t } from "../i18n/i18n";
import { type Mistake, missing, mistakes } from "./form";

/** A code or a passkey's answer, as members of the sign-in. */
export type Factor = Pick<Schemas["Login"], "otp" | "passkey">;

export interface Otp {
  id: string;
  required: boolean;
  /** Whether the account has an authenticator app. */
  app: boolean;
  /** The request to the passkeys of the account, null without one. */
  passkey: Schemas["PasskeyRequest"] | null;
  value: string;
  set: (value: string) => void;
  /** Send this answer of a passkey with the next submit, in place of a code. */
  answer: (answer: Schemas["PasskeyAssertion"]) => void;
  /** The code or the passkey's answer to send; nothing until one is requested. */
  sent: () => Factor;
  check: () => Mistake[];
  /** The mistakes of a refused sign-in; none when a factor is requested for the first time. */
  refused: (failure: Failure) => Mistake[];
  /** Reset for another account. */
  forget: () => void;
}

type Asked = Pick<Otp, "app" | "passkey">;

/** `known`: the account has an app and no passkey, so a code is requested with the password. */
export function useOtp(id: string, known = false): Otp {
  const [asked, setAsked] = useState<Asked | null>(known ? { app: true, passkey: null } : null);
  const [value, set] = useState("");
  const answered = useRef<Schemas["PasskeyAssertion"] | null>(null);
  const required = asked !== null;
  useEffect(() => {
    if (required && !known) document.getElementById(asked.passkey ? `${id}_passkey` : id)?.focus();
  }, [required, id]);
  const refused = (failure: Failure): Mistake[] => {
    const { problem } = failure;
    const passkey = answered.current !== null;
    answered.current = null;
    if (problem.code !== "otp_required" && problem.code !== "record_factor_required")
      return mistakes(problem, failure.retryAfter, []);
    setAsked(problem);
    // a code works once and expires soon
    set("");
    if (!required) return [];
    return passkey ? [{ field: null, message: t("passkey.wrong") }] : [{ field: id, message: t("otp.wrong") }];
  };
  const forget = (): void => {
    setAsked(null);
    set("");
  };
  return {
    id,
    required,
    app: asked?.app ?? true,
    passkey: asked?.passkey ?? null,
    value,
    set,
    answer: (answer) => {
      answered.current = answer;
    },
    sent: () => (answered.current ? { passkey: answered.current } : required ? { otp: value.trim() } : {}),
    check: () => (required && !answered.current ? missing({ [id]: { value, say: "missing.otp" } }) : []),
    refused,
    forget,
  };
}
