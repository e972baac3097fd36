/** The link between the work account and the own record: made by a sign-in to the record, removed on either side. */
import { useState } from "preact/hooks";
import { type Account, api, otherSide, outcome, refresh, type Schemas } from "../../api/client";
import { missing, mistakes, useForm } from "../../lib/forms/form";
import { useOtp } from "../../lib/forms/otp";
import { usePassword } from "../../lib/forms/password";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { dateOnly, dayOf } from "../../lib/time/time";
import { AskDialog } from "../../ui/AskDialog";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { OtpField } from "../../ui/forms/OtpField";
import { CurrentPassword, Email } from "../../ui/forms/SignInFields";
import { Submit } from "../../ui/forms/Submit";
import { Ready } from "../../ui/Ready";

export function OwnRecord({ account }: { account: Account }) {
  const link = useLoad(() => outcome(api.GET("/auth/me/record")), [account.id]);
  const [said, setSaid] = useState("");
  const isStaff = account.role !== "patient";
  const changed = (linked: Schemas["LinkedRecord"] | null): void => {
    link.put({ linked });
    setSaid(t(linked ? "own_record.linked" : "own_record.unlinked"));
    // the menu offers the switch, or no longer
    void refresh();
  };
  // a patient that does not work here sees no such part
  if (!isStaff && !(link.data?.linked ?? said)) return null;
  return (
    <section class="section account-section" aria-labelledby="own-record-heading">
      <h2 id="own-record-heading">{t(isStaff ? "own_record" : "own_record.work")}</h2>
      <div role="status">{said && <p class="done">{said}</p>}</div>
      <Ready of={link}>
        {({ linked }) =>
          linked ? <Linked linked={linked} onRemoved={() => changed(null)} /> : isStaff && <Link onLinked={changed} />
        }
      </Ready>
    </section>
  );
}

function Linked({ linked, onRemoved }: { linked: Schemas["LinkedRecord"]; onRemoved: () => void }) {
  const [asks, setAsks] = useState(false);
  return (
    <>
      <p>
        {t("own_record.about", {
          work: linked.work.full_name,
          record: linked.record.full_name,
          day: dateOnly(dayOf(linked.linked_at)),
        })}
      </p>
      {otherSide.get() === "work" ? (
        <p class="muted">{t("own_record.at_work")}</p>
      ) : (
        <p>
          <button type="button" class="button quiet" onClick={() => setAsks(true)}>
            {t("own_record.unlink")}
          </button>
        </p>
      )}
      {asks && (
        <AskDialog
          title={t("own_record.ask")}
          keep={t("own_record.keep")}
          act={t("own_record.unlink")}
          busy={t("own_record.unlinking")}
          danger
          onClose={() => setAsks(false)}
          send={async () => {
            const removed = await outcome(api.DELETE("/auth/me/record"));
            // it was removed elsewhere meanwhile
            if (!removed.ok && removed.problem.code !== "not_found")
              return mistakes(removed.problem, removed.retryAfter, []);
            setAsks(false);
            onRemoved();
            return [];
          }}
        >
          <p>{t("own_record.ask.about")}</p>
        </AskDialog>
      )}
    </>
  );
}

function Link({ onLinked }: { onLinked: (linked: Schemas["LinkedRecord"]) => void }) {
  const [email, setEmail] = useState("");
  const password = usePassword("record_password");
  const otp = useOtp("record_otp");
  const { busy, errors, submit } = useForm(
    () => [...missing({ email: { value: email, say: "missing.email" } }), ...password.check(), ...otp.check()],
    async () => {
      const body = { email: email.trim(), password: password.value, ...otp.sent() };
      const linked = await outcome(api.POST("/auth/me/record", { body }));
      if (linked.ok) {
        onLinked(linked.data);
        return [];
      }
      return otp.refused(linked);
    },
  );
  const typed = (value: string): void => {
    setEmail(value);
    otp.forget();
  };
  return (
    <>
      <p>{t("own_record.explain")}</p>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Email value={email} onValue={typed} mistakes={errors} />
        <CurrentPassword password={password} label={t("own_record.password")} mistakes={errors} />
        {otp.required && <OtpField otp={otp} mistakes={errors} />}
        <Submit id="link-record" busy={busy} label={t("own_record.link")} busyLabel={t("own_record.linking")} />
      </form>
    </>
  );
}
