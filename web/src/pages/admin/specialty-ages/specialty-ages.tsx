/** The ages of patients that book doctors of a specialty online. */
import { useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { agesText } from "../../../lib/i18n/ages";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { bodyOf, checkedAges, type Saved, type Sides, type Specialty, type Typed, typedOf } from "./typed";
import "../../../style/portals/admin.css";

export default function SpecialtyAges(_: OwnProps) {
  const found = useLoad(() => outcome(api.GET("/api/admin/specialty-ages")), []);
  return (
    <Page
      title={t("specialty_ages.title")}
      lead={t("specialty_ages.lead")}
      width="narrow"
      back={{ href: "/admin/doctors", text: t("specialty_ages.back") }}
    >
      <Ready of={found}>{(saved) => <Edit saved={saved} put={found.put} again={found.again} />}</Ready>
    </Page>
  );
}

function Edit({ saved, put, again }: { saved: Saved; put: (saved: Saved) => void; again: () => void }) {
  const draft = useDraft<Typed>("specialty.ages", typedOf(saved));
  const [isSaved, setSaved] = useState(false);
  const change = (code: string, sides: Sides): void => {
    draft.set({ ...draft.value, [code]: sides });
    setSaved(false);
  };
  const act = async (): Promise<Mistake[]> => {
    const body = bodyOf(draft.value);
    const answer = await outcome(api.PUT("/api/admin/specialty-ages", { params: { header: unchanged(saved) }, body }));
    if (answer.ok) {
      put(answer.data);
      draft.set(typedOf(answer.data));
      draft.drop();
      setSaved(true);
      return [];
    }
    if (answer.problem.code !== "stale") return mistakes(answer.problem, answer.retryAfter, []);
    again();
    return [{ field: null, message: t("specialty_ages.stale") }];
  };
  const { busy, errors, submit } = useForm(() => checkedAges(draft.value), act);
  // with a doctor or a limit
  const shown = saved.specialties.filter(({ doctors, limits }) => doctors > 0 || limits);
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <p class="hint">{t("specialty_ages.about")}</p>
        {shown.map((one) => (
          <Limits
            key={one.code}
            of={one}
            typed={draft.value[one.code] ?? { from: "", to: "" }}
            change={(sides) => change(one.code, sides)}
            errors={errors}
          />
        ))}
        <Submit busy={busy} label={t("specialty_ages.save")} busyLabel={t("specialty_ages.saving")} />
      </form>
      <div role="status" class="outcome">
        {isSaved && <p class="done">{t("specialty_ages.saved")}</p>}
      </div>
    </>
  );
}

interface LimitsProps {
  of: Specialty;
  typed: Sides;
  change: (sides: Sides) => void;
  errors: readonly Mistake[];
}

function Limits({ of: { code, names, doctors, usual }, typed, change, errors }: LimitsProps) {
  const input = { inputMode: "numeric", maxLength: 3 } as const;
  return (
    <fieldset>
      <legend>{inLanguage(names)}</legend>
      <p class="hint">
        {plural("specialty_ages.doctors", doctors)}
        {usual && ` ${t("specialty_ages.usual", { ages: agesText(usual) })}`}
      </p>
      <div class="pair">
        <Field
          id={`from-${code}`}
          label={t("specialty_ages.from")}
          value={typed.from}
          onValue={(from) => change({ ...typed, from })}
          input={input}
          mistakes={errors}
        />
        <Field
          id={`to-${code}`}
          label={t("specialty_ages.to")}
          value={typed.to}
          onValue={(to) => change({ ...typed, to })}
          input={input}
          mistakes={errors}
        />
      </div>
    </fieldset>
  );
}
