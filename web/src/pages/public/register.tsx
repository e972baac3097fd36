/** Create a patient's account, or accept an invitation (`#invitation=` and `email=`). */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client";
import { useDraft } from "../../lib/forms/draft";
import { missing, mistakes, useForm } from "../../lib/forms/form";
import { usePassword } from "../../lib/forms/password";
import { type Language, language, t } from "../../lib/i18n/i18n";
import { PRIVACY_NOTICE } from "../../lib/privacy-notice";
import { hashValue, useHash } from "../../lib/routing/hash";
import type { PageProps } from "../../lib/routing/page";
import { go, safeNext } from "../../lib/routing/router";
import { signIn } from "../../lib/session/session";
import { BirthDate, dateOf, NO_DATE } from "../../ui/forms/BirthDate";
import { Consent } from "../../ui/forms/Consent";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Field } from "../../ui/forms/Field";
import { SexChoice } from "../../ui/forms/SexChoice";
import { Email, NewPassword } from "../../ui/forms/SignInFields";
import { Submit } from "../../ui/forms/Submit";
import { Page } from "../../ui/frame/Page";
import { Welcome } from "../../ui/frame/Welcome";

const FIELDS = ["full_name", "email", "date_of_birth", "sex", "phone", "password"];

type Sex = Schemas["Sex"];

export default function Register(props: PageProps) {
  const [hash] = useHash();
  return <RegisterForm key={hash} hash={hash} {...props} />;
}

function RegisterForm({ config, query, hash }: PageProps & { hash: string }) {
  const invitation = hashValue(hash, "invitation");
  const next = query.get("next");
  const draft = useDraft("register", {
    email: hashValue(hash, "email") ?? "",
    full_name: "",
    phone: "",
    born: NO_DATE,
    sex: "",
  });
  const { email, full_name, phone, born, sex } = draft.value;
  const put = (change: Partial<typeof draft.value>): void => draft.set({ ...draft.value, ...change });
  const password = usePassword("password", "missing.new_password");
  const [agreed, setAgreed] = useState(false);

  const check = () => [
    ...missing({
      full_name: { value: full_name, say: "missing.name" },
      email: { value: email, say: "missing.email" },
    }),
    ...password.check(),
    ...(invitation || dateOf(born) ? [] : [{ field: "date_of_birth", message: t("malformed.date_of_birth") }]),
    ...(invitation ? [] : missing({ sex: { value: sex, say: "malformed.sex" } })),
    ...(invitation || agreed ? [] : [{ field: "consent", message: t("register.consent.missing") }]),
  ];
  const act = async () => {
    const body = {
      full_name: full_name.trim(),
      email: email.trim(),
      password: password.value,
      phone: phone.trim() || null,
      language: language.get() as Language,
      ...(!invitation && {
        date_of_birth: dateOf(born) ?? null,
        sex: sex as Sex,
        consent: { kind: "privacy_notice" as const, text_version: PRIVACY_NOTICE, language: language.get() },
      }),
      ...(invitation && { invitation }),
    };
    const made = await outcome(api.POST("/auth/register", { body }));
    if (!made.ok) return mistakes(made.problem, made.retryAfter, FIELDS);
    draft.drop();
    const opened = await signIn(body.email, body.password);
    if (!opened.ok) return mistakes(opened.problem, opened.retryAfter, []);
    go(safeNext(next), { replace: true });
    return [];
  };
  const { busy, errors, submit } = useForm(check, act);

  const words = invitation ? "register.invited" : "register";
  return (
    <Welcome>
      <Page title={t(`${words}.title`)} lead={t(`${words}.lead`, { hospital: config.hospital })}>
        <ErrorSummary mistakes={errors} />
        <form noValidate onSubmit={submit}>
          <Field
            id="full_name"
            label={t("field.name")}
            autocomplete="name"
            value={full_name}
            onValue={(value) => put({ full_name: value })}
            mistakes={errors}
          />
          <Email value={email} onValue={(value) => put({ email: value })} mistakes={errors} />
          {!invitation && (
            <>
              <BirthDate
                id="date_of_birth"
                label={t("field.date_of_birth")}
                value={born}
                onValue={(value) => put({ born: value })}
                mistakes={errors}
              />
              <SexChoice value={sex} onValue={(value) => put({ sex: value })} mistakes={errors} />
            </>
          )}
          <Field
            id="phone"
            label={t("field.phone")}
            type="tel"
            autocomplete="tel"
            optional
            value={phone}
            onValue={(value) => put({ phone: value })}
            mistakes={errors}
          />
          <NewPassword password={password} mistakes={errors} />
          {!invitation && <Consent checked={agreed} onValue={setAgreed} mistakes={errors} />}
          <Submit busy={busy} label={t("register.submit")} busyLabel={t("register.busy")} />
        </form>
        <p class="aside">
          {t("register.known")}{" "}
          <a href={next ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in"}>{t("register.sign_in")}</a>
        </p>
      </Page>
    </Welcome>
  );
}
