/** The label, hint and mistake around a form control. */
import type { ComponentChildren } from "preact";
import type { Mistake } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";

export interface ControlProps {
  id: string;
  label: string;
  hint?: string | undefined;
  /** Shown beside the label; other fields are required. */
  optional?: boolean;
  mistakes?: readonly Mistake[];
}

interface Props extends ControlProps {
  children: (attributes: Attributes) => ComponentChildren;
}

interface Attributes {
  id: string;
  name: string;
  "aria-invalid": "true" | undefined;
  "aria-describedby": string | undefined;
}

export function Control({ id, label, hint, optional, mistakes = [], children }: Props) {
  const { mistake, described } = about(id, hint, mistakes);
  return (
    <div class={mistake ? "field wrong" : "field"}>
      <label for={id}>
        {label}
        {optional && <span class="optional"> {t("field.optional")}</span>}
      </label>
      <Said id={id} hint={hint} mistake={mistake} />
      {children({ id, name: id, "aria-invalid": mistake ? "true" : undefined, "aria-describedby": described })}
    </div>
  );
}

/** The same around a group of controls. */
export function Group({
  id,
  label,
  hint,
  optional,
  mistakes = [],
  children,
}: ControlProps & { children: ComponentChildren }) {
  const { mistake, described } = about(id, hint, mistakes);
  return (
    <fieldset class={mistake ? "field wrong" : "field"} id={id} tabIndex={-1} aria-describedby={described}>
      <legend>
        {label}
        {optional && <span class="optional"> {t("field.optional")}</span>}
      </legend>
      <Said id={id} hint={hint} mistake={mistake} />
      {children}
    </fieldset>
  );
}

function about(id: string, hint: string | undefined, mistakes: readonly Mistake[]) {
  const mistake = mistakes.find(({ field }) => field === id)?.message;
  const described = [hint && `${id}-hint`, mistake && `${id}-error`].filter(Boolean).join(" ");
  return { mistake, described: described || undefined };
}

function Said({ id, hint, mistake }: { id: string; hint: string | undefined; mistake: string | undefined }) {
  return (
    <>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {mistake && (
        <p class="mistake" id={`${id}-error`}>
          <span class="unseen">{t("field.error")} </span>
          {mistake}
        </p>
      )}
    </>
  );
}
