/** The button that removes the authenticator app, after a fresh sign-in with the second factor. */
import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client";
import { t } from "../../lib/i18n/i18n";
import { passwordMistakes } from "./passwords";
import { type Factors, Prove } from "./prove";

interface Props extends Factors {
  onDone: () => void;
  onClose: () => void;
}

export function SwitchOff({ me, factors, onDone, onClose }: Props) {
  const [open, setOpen] = useState(false);
  if (!open)
    return (
      <p>
        <button type="button" class="button quiet" onClick={() => setOpen(true)}>
          {t("factor.switch_off")}
        </button>
      </p>
    );
  const others = factors.passkeys.length > 0;
  return (
    <Prove
      me={me}
      factors={factors}
      id="off"
      title={t(others ? "factor.prove_app" : "factor.prove")}
      about={t(others ? "factor.prove.others" : "factor.prove.about")}
      submit={t("factor.switch_off")}
      danger
      keep={t("factor.keep")}
      act={async () => {
        const removed = await outcome(api.DELETE("/auth/mfa"));
        // it was switched off elsewhere meanwhile
        if (!removed.ok && removed.problem.code !== "second_factor_missing") return passwordMistakes(removed);
        onDone();
        return [];
      }}
      onClose={() => {
        setOpen(false);
        onClose();
      }}
    />
  );
}
