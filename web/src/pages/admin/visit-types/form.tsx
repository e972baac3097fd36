/** The form that adds a visit type or changes one. */
import { api, outcome, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { withQuery } from "../../../lib/routing/router";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { bodyOf, checked, FIELDS, type Text, type Type, type Typed } from "./typed";

interface Props {
  /** Null: a new type. */
  of: Type | null;
  begin: Typed;
  done: (name: string) => void;
}

export function TypeForm({ of, begin, done }: Props) {
  const draft = useDraft<Typed>(`visit-type.${of ? `${of.id}.${of.version}` : "new"}`, begin);
  const typed = draft.value;
  const act = async (): Promise<Mistake[]> => {
    const body = bodyOf(typed);
    const answer = await (of
      ? outcome(
          api.PUT("/api/admin/visit-types/{visit_type_id}", {
            params: { path: { visit_type_id: of.id }, header: unchanged(of) },
            body: { ...body, active: typed.active },
          }),
        )
      : outcome(api.POST("/api/admin/visit-types", { body })));
    if (!answer.ok) {
      if (answer.problem.code === "stale") return [{ field: null, message: t("visit_types.stale") }];
      return mistakes(answer.problem, answer.retryAfter, FIELDS);
    }
    draft.drop();
    draft.set(begin);
    done(inLanguage({ en: answer.data.name_en, de: answer.data.name_de }));
    return [];
  };
  const { busy, errors, submit } = useForm(() => checked(typed), act);
  const field = (name: Text) => ({
    id: name,
    label: t(`visit_types.field.${name}`),
    value: typed[name],
    onValue: (value: string) => draft.set({ ...typed, [name]: value }),
    mistakes: errors,
  });
  const numeric = { inputMode: "numeric", maxLength: 3 } as const;
  const title = of
    ? t("visit_types.change.of", { name: inLanguage({ en: of.name_en, de: of.name_de }) })
    : t("visit_types.add");
  return (
    <section class="form-width" aria-labelledby="form">
      <h2 id="form">{title}</h2>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit}>
        <div class="pair">
          <Field {...field("name_en")} input={{ maxLength: 200 }} />
          <Field {...field("name_de")} input={{ maxLength: 200 }} />
        </div>
        <div class="pair">
          <Field {...field("minutes")} input={numeric} />
          <Field {...field("buffer_minutes")} hint={t("visit_types.buffer.hint")} input={numeric} />
        </div>
        <Checkbox
          id="staff_only"
          label={t("visit_types.staff_only")}
          hint={t("visit_types.staff_only.hint")}
          checked={typed.staff_only}
          onValue={(staff_only) => draft.set({ ...typed, staff_only })}
        />
        <TextArea
          {...field("preparation_en")}
          hint={t("visit_types.preparation.hint")}
          optional
          rows={3}
          longest={4000}
        />
        <TextArea
          {...field("preparation_de")}
          hint={t("visit_types.preparation.hint")}
          optional
          rows={3}
          longest={4000}
        />
        <Field {...field("price")} optional hint={t("visit_types.price.hint")} input={{ maxLength: 200 }} />
        <Field {...field("video_template")} optional hint={t("visit_types.video.hint")} input={{ maxLength: 300 }} />
        {of && (
          <Checkbox
            id="active"
            label={t("visit_types.is_active")}
            hint={t("visit_types.is_active.hint")}
            checked={typed.active}
            onValue={(active) => draft.set({ ...typed, active })}
          />
        )}
        <div class="row">
          <Submit
            busy={busy}
            label={t(of ? "visit_types.save" : "visit_types.submit")}
            busyLabel={t("visit_types.saving")}
          />
          {of && (
            <a class="button quiet" href={withQuery({ edit: null })}>
              {t("visit_types.cancel")}
            </a>
          )}
        </div>
      </form>
    </section>
  );
}
