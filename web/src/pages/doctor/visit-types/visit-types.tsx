/** The types of visits that the doctor offers, and how long the doctor takes for each. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Empty } from "../../../ui/Empty";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/doctor.css";

type Own = Schemas["OwnVisitTypes"];
type Choice = { offered: boolean; minutes: string };
type Typed = Record<string, Choice>;

export default function OwnVisitTypes(_: OwnProps) {
  const found = useLoad(() => outcome(api.GET("/api/doctor/visit-types")), []);
  // here, because a new version draws the form anew
  const [saved, setSaved] = useState(false);
  const back = { href: "/doctor/availability", text: t("visit_types.own.back") };
  const none = <Empty>{t("visit_types.own.none")}</Empty>;
  return (
    <Page title={t("visit_types.own.title")} lead={t("visit_types.own.lead")} width="narrow" back={back}>
      <Ready of={found} empty={none} isEmpty={({ types }) => types.length === 0}>
        {(own) => <Edit key={own.version} own={own} put={found.put} again={found.again} setSaved={setSaved} />}
      </Ready>
      <div role="status" class="outcome">
        {saved && <p class="done">{t("visit_types.own.saved")}</p>}
      </div>
    </Page>
  );
}

interface EditProps {
  own: Own;
  put: (own: Own) => void;
  again: () => void;
  setSaved: (saved: boolean) => void;
}

function Edit({ own, put, again, setSaved }: EditProps) {
  const draft = useDraft<Typed>(`visit-types.${own.version}`, typedOf(own));
  const act = async (): Promise<Mistake[]> => {
    const params = { header: unchanged(own) };
    const answer = await outcome(api.PUT("/api/doctor/visit-types", { params, body: bodyOf(own, draft.value) }));
    if (answer.ok) {
      draft.drop();
      setSaved(true);
      put(answer.data);
      return [];
    }
    if (answer.problem.code !== "stale") return mistakes(answer.problem, answer.retryAfter, []);
    again();
    return [{ field: null, message: t("visit_types.stale") }];
  };
  const { busy, errors, submit } = useForm(() => checked(draft.value), act);
  const change = (id: number, choice: Choice): void => {
    draft.set({ ...draft.value, [id]: choice });
    setSaved(false);
  };
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <p class="hint">{t("visit_types.own.about")}</p>
        {own.types.map(({ type }) => {
          const choice = draft.value[type.id] ?? { offered: false, minutes: "" };
          const name = inLanguage({ en: type.name_en, de: type.name_de });
          return (
            <fieldset key={type.id}>
              <legend>{name}</legend>
              <Checkbox
                id={`offered-${type.id}`}
                label={t("visit_types.own.offer")}
                hint={t(type.staff_only ? "visit_types.staff" : "visit_types.online")}
                checked={choice.offered}
                onValue={(offered) => change(type.id, { ...choice, offered })}
              />
              {choice.offered && (
                <Field
                  id={`minutes-${type.id}`}
                  label={t("visit_types.own.minutes")}
                  hint={t("visit_types.own.minutes.hint", { length: plural("types.minutes", type.minutes) })}
                  optional
                  value={choice.minutes}
                  onValue={(minutes) => change(type.id, { ...choice, minutes })}
                  input={{ inputMode: "numeric", maxLength: 3 }}
                  mistakes={errors}
                />
              )}
            </fieldset>
          );
        })}
        <Submit busy={busy} label={t("visit_types.save")} busyLabel={t("visit_types.saving")} />
      </form>
    </>
  );
}

function typedOf({ types }: Own): Typed {
  return Object.fromEntries(
    types.map(({ type, offered, minutes }) => [type.id, { offered, minutes: String(minutes ?? "") }]),
  );
}

function bodyOf({ types }: Own, typed: Typed): Schemas["SetOwnVisitTypes"] {
  const chosen = types.filter(({ type }) => typed[type.id]?.offered);
  return {
    types: chosen.map(({ type: { id } }) => {
      const minutes = typed[id]?.minutes.trim();
      return { visit_type_id: id, minutes: minutes ? Number(minutes) : null };
    }),
  };
}

function checked(typed: Typed): Mistake[] {
  return Object.entries(typed).flatMap(([id, { offered, minutes }]): Mistake[] => {
    const isLength = /^\s*(\d{1,3}\s*)?$/.test(minutes) && (!minutes.trim() || (+minutes >= 5 && +minutes <= 480));
    return offered && !isLength ? [{ field: `minutes-${id}`, message: t("visit_types.wrong.minutes") }] : [];
  });
}
