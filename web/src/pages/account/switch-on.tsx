/** The steps that switch the authenticator app on: password, secret as QR code, first code of the app. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { missing, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Field } from "../../ui/forms/Field";
import { Submit } from "../../ui/forms/Submit";
import { QrCode } from "../../ui/QrCode";
import { passwordMistakes } from "./passwords";
import { type Factors, Prove } from "./prove";

type Prepared = Schemas["PreparedSecondFactor"];

interface Closing {
  onDone: (codes: readonly string[]) => void;
  onClose: () => void;
}

export function SwitchOn({ me, factors, onDone, onClose }: Factors & Closing) {
  const [step, setStep] = useState<"closed" | "password" | Prepared>("closed");
  const close = (): void => {
    setStep("closed");
    onClose();
  };
  if (step === "closed")
    return (
      <p>
        <button type="button" class="button" onClick={() => setStep("password")}>
          {t("factor.set_up")}
        </button>
      </p>
    );
  if (step === "password") return <Prepare me={me} factors={factors} onDone={setStep} onClose={close} />;
  return <Confirm prepared={step} onDone={onDone} onClose={close} />;
}

function Prepare({
  me,
  factors,
  onDone,
  onClose,
}: Factors & { onDone: (prepared: Prepared) => void; onClose: () => void }) {
  return (
    <Prove
      me={me}
      factors={factors}
      id="factor"
      submit={t("factor.next")}
      keep={t("factor.later")}
      act={async (password) => {
        const prepared = await outcome(api.POST("/auth/mfa", { body: { password } }));
        if (!prepared.ok) return passwordMistakes(prepared, "factor_password");
        onDone(prepared.data);
        return [];
      }}
      onClose={onClose}
    />
  );
}

function Confirm({ prepared: { secret, uri, qr }, onDone, onClose }: Closing & { prepared: Prepared }) {
  const [otp, setOtp] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { busy, errors, submit } = useForm(
    () => missing({ otp: { value: otp, say: "missing.otp" } }),
    async () => {
      const confirmed = await outcome(api.POST("/auth/mfa/confirm", { body: { otp: otp.replace(/\s/g, "") } }));
      if (!confirmed.ok) return passwordMistakes(confirmed);
      onDone(confirmed.data.codes);
      return [];
    },
  );
  return (
    <div class="card stack">
      <h3 tabIndex={-1} ref={heading}>
        {t("factor.scan")}
      </h3>
      <div class="factor-scan">
        <QrCode rows={qr} label={t("factor.qr")} />
        <div class="stack close">
          <p>{t("factor.scan.about")}</p>
          <p>
            {t("factor.secret")}
            <br />
            <code class="secret">{groupsOfFour(secret)}</code>
          </p>
          <p>
            <a href={uri}>{t("factor.open")}</a>
          </p>
        </div>
      </div>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Field
          id="otp"
          label={t("factor.first")}
          hint={t("otp.app.hint")}
          autocomplete="one-time-code"
          value={otp}
          onValue={setOtp}
          mistakes={errors}
          input={{ maxLength: 32, inputMode: "numeric" }}
        />
        <div class="row">
          <Submit id="confirm" busy={busy} label={t("factor.confirm")} busyLabel={t("factor.busy")} />
          <button type="button" class="button quiet" onClick={onClose}>
            {t("factor.later")}
          </button>
        </div>
      </form>
    </div>
  );
}

/** The secret in groups of four: "JBSW Y3DP EHPK 3PXP". */
export function groupsOfFour(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
