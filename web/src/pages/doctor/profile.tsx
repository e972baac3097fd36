/** The doctor's public profile, and the language of pages and mails. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../api/client";
import { useDraft } from "../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import type { OwnProps } from "../../lib/routing/page";
import { ErrorSummary } from "../../ui/forms/ErrorSummary";
import { Field } from "../../ui/forms/Field";
import { Radios } from "../../ui/forms/Select";
import { Submit } from "../../ui/forms/Submit";
import { TextArea } from "../../ui/forms/TextArea";
import { Page } from "../../ui/frame/Page";
import { LanguageChoice } from "../../ui/LanguageChoice";
import { Languages } from "../../ui/Languages";
import { Ready } from "../../ui/Ready";
import "../../style/portals/availability.css";

type Doctor = Schemas["Doctor"];
const FIELDS = ["full_name", "specialty", "bio", "languages", "phone", "room"] as const;

export default function Profile({ account }: OwnProps) {
  const doctor = useLoad(() => outcome(api.GET("/api/doctor/profile")), [account.id]);
  return (
    <Ready of={doctor} whole>
      {(saved) => (
        <Page title={t("doctor_profile.title")} lead={t("doctor_profile.lead")} width="narrow">
          <About saved={saved} put={doctor.put} />
          <LanguageChoice account={account} />
          <p>
            <a href="/doctor/profile/calendars">{t("profile.calendars")}</a>
          </p>
        </Page>
      )}
    </Ready>
  );
}

function textsOf({ full_name, specialty, bio, languages, phone, room, booking }: Doctor) {
  return { full_name, specialty: specialty ?? "", bio, languages, phone: phone ?? "", room: room ?? "", booking };
}

function About({ saved, put }: { saved: Doctor; put: (saved: Doctor) => void }) {
  const draft = useDraft("doctor_profile", textsOf(saved));
  const typed = draft.value;
  const [done, setDone] = useState(false);
  const change = (changes: Partial<typeof typed>): void => {
    setDone(false);
    draft.set({ ...draft.value, ...changes });
  };
  const { busy, errors, submit } = useForm(
    () =>
      missing({
        full_name: { value: typed.full_name, say: "missing.name" },
        specialty: { value: typed.specialty, say: "doctor_profile.missing.specialty" },
      }),
    async () => {
      const specialty = saved.specialty ?? typed.specialty;
      const body = { ...typed, specialty, phone: typed.phone.trim() || null, room: typed.room.trim() || null };
      const answer = await outcome(api.PUT("/api/doctor/profile", { params: { header: unchanged(saved) }, body }));
      if (answer.ok) {
        put(answer.data);
        draft.set(textsOf(answer.data));
        draft.drop();
        setDone(true);
        return [];
      }
      if (answer.problem.code !== "stale") return mistakes(answer.problem, answer.retryAfter, FIELDS);
      const now = await outcome(api.GET("/api/doctor/profile"));
      if (now.ok) put(now.data);
      return now.ok ? [changed(saved, now.data)] : mistakes(now.problem, now.retryAfter, []);
    },
  );
  const field = (id: "full_name" | "specialty" | "phone" | "room") => ({
    id,
    label: t(`doctor_profile.${id}`),
    value: typed[id],
    onValue: (text: string) => change({ [id]: text }),
    mistakes: errors,
  });
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <Field {...field("full_name")} autocomplete="name" input={{ maxLength: 200 }} />
        <Field
          {...field("specialty")}
          value={saved.specialty ?? typed.specialty}
          hint={saved.specialty === null ? undefined : t("doctor_profile.specialty.fixed")}
          input={{ maxLength: 200, readOnly: saved.specialty !== null }}
        />
        <TextArea
          id="bio"
          label={t("doctor_profile.bio")}
          hint={t("doctor_profile.bio.hint")}
          optional
          value={typed.bio}
          onValue={(bio) => change({ bio })}
          mistakes={errors}
        />
        <Languages
          label={t("doctor_profile.languages")}
          codes={typed.languages}
          put={(languages) => change({ languages })}
          errors={errors}
        />
        <Field {...field("phone")} type="tel" autocomplete="tel" optional input={{ maxLength: 30 }} />
        <Field {...field("room")} optional input={{ maxLength: 200 }} />
        <Radios
          id="booking"
          label={t("doctor_profile.booking")}
          choices={(["online", "phone"] as const).map((mode) => ({
            value: mode,
            text: t(`doctor_profile.booking.${mode}`),
            hint: t(`doctor_profile.booking.${mode}.hint`),
          }))}
          value={typed.booking}
          onValue={(mode) => change({ booking: mode as Doctor["booking"] })}
        />
        <Submit busy={busy} label={t("doctor_profile.save")} busyLabel={t("doctor_profile.busy")} />
        <div role="status">{done && <p class="done">{t("doctor_profile.saved")}</p>}</div>
      </form>
    </>
  );
}

/** The fields that changed on the server meanwhile. */
function changed(before: Doctor, now: Doctor): Mistake {
  const names = ([...FIELDS, "booking"] as const)
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
    .map((name) => `${t(`doctor_profile.${name}`)}: ${String(now[name] ?? "")}`);
  return { field: null, message: t("doctor_profile.stale", { changes: names.join("; ") }) };
}
