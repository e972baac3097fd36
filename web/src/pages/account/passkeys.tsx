/** The passkeys of the account: listed, added and removed. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { missing } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { create, failure } from "../../lib/session/passkey";
import { when } from "../../lib/time/time";
import { Field } from "../../ui/forms/Field";
import { passwordMistakes } from "./passwords";
import { type Factors, Prove } from "./prove";

interface Props extends Factors {
  /** A passkey was added; recovery codes come with the first second factor. */
  onAdded: (codes: readonly string[]) => void;
  onRemoved: (id: number) => void;
}

export default function Passkeys({ me, factors, onAdded, onRemoved }: Props) {
  const [open, setOpen] = useState<"add" | Schemas["Passkey"] | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (): void => {
    setOpen(null);
    requestAnimationFrame(() => heading.current?.focus());
  };
  return (
    <>
      <h3 tabIndex={-1} ref={heading}>
        {t("passkeys")}
      </h3>
      <p>{t("passkeys.about")}</p>
      {factors.passkeys.length > 0 && (
        <ul class="lines devices">
          {factors.passkeys.map((passkey) => (
            <li key={passkey.id}>
              <div>
                <b>{passkey.name}</b>
                <p class="small muted">{t("passkeys.added", { when: when(passkey.created_at) })}</p>
                <p class="small muted">
                  {passkey.last_used_at ? t("devices.used", { when: when(passkey.last_used_at) }) : t("passkeys.never")}
                </p>
              </div>
              <button type="button" class="button quiet small" onClick={() => setOpen(passkey)}>
                {t("passkeys.remove")}
                <span class="unseen"> {passkey.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {open === null && (
        <p>
          <button type="button" class="button quiet" onClick={() => setOpen("add")}>
            {t("passkeys.add")}
          </button>
        </p>
      )}
      {open === "add" && <Add me={me} factors={factors} onAdded={onAdded} onClose={close} />}
      {open !== null && open !== "add" && (
        <Remove
          key={open.id}
          me={me}
          factors={factors}
          passkey={open}
          onRemoved={() => {
            close();
            onRemoved(open.id);
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function Add({ me, factors, onAdded, onClose }: Factors & { onAdded: Props["onAdded"]; onClose: () => void }) {
  const [name, setName] = useState("");
  return (
    <Prove
      me={me}
      factors={factors}
      id="passkey"
      check={() => missing({ passkey_name: { value: name, say: "passkeys.name.missing" } })}
      submit={t("passkeys.add")}
      keep={t("factor.later")}
      act={async (password) => {
        const options = await outcome(api.POST("/auth/passkeys/options", { body: { password } }));
        if (!options.ok) return passwordMistakes(options, "passkey_password");
        let made: Awaited<ReturnType<typeof create>>;
        try {
          made = await create(options.data);
        } catch (error) {
          return [{ field: null, message: failure(error) }];
        }
        const added = await outcome(api.POST("/auth/passkeys", { body: { name: name.trim(), ...made } }));
        if (!added.ok) return passwordMistakes(added);
        onClose();
        onAdded(added.data.codes);
        return [];
      }}
      onClose={onClose}
    >
      {(mistakes) => (
        <Field
          id="passkey_name"
          label={t("passkeys.name")}
          hint={t("passkeys.name.hint")}
          value={name}
          onValue={setName}
          mistakes={mistakes}
          input={{ maxLength: 60 }}
        />
      )}
    </Prove>
  );
}

interface Removing extends Factors {
  passkey: Schemas["Passkey"];
  onRemoved: () => void;
  onClose: () => void;
}

function Remove({ me, factors, passkey, onRemoved, onClose }: Removing) {
  const last = !factors.app && factors.passkeys.length === 1;
  return (
    <Prove
      me={me}
      factors={factors}
      id="remove"
      title={t("passkeys.ask", { name: passkey.name })}
      about={t(last ? "factor.prove.about" : "passkeys.ask.about")}
      submit={t("passkeys.remove")}
      danger
      keep={t("passkeys.keep")}
      act={async () => {
        const path = { passkey_id: passkey.id };
        const removed = await outcome(api.DELETE("/auth/passkeys/{passkey_id}", { params: { path } }));
        // it was removed elsewhere meanwhile
        if (!removed.ok && removed.problem.code !== "not_found") return passwordMistakes(removed);
        onRemoved();
        return [];
      }}
      onClose={onClose}
    />
  );
}
