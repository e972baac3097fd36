/** The form of a note template: kind, title and text, with buttons that insert placeholders at the cursor. */
import { useEffect } from "preact/hooks";
import { type NoteTemplate, saveTemplate, type Wanted } from "../../lib/clinical/note-templates";
import { PLACEHOLDERS, unknownIn } from "../../lib/clinical/placeholders";
import { useDraft } from "../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../lib/forms/form";
import { inserted, placeCursor } from "../../lib/forms/insertion";
import { t } from "../../lib/i18n/i18n";
import { ErrorSummary } from "../forms/ErrorSummary";
import { Field } from "../forms/Field";
import { Radios } from "../forms/Select";
import { Submit } from "../forms/Submit";
import { TextArea } from "../forms/TextArea";

interface Props {
  /** The template to change; null: a new one. */
  old: NoteTemplate | null;
  /** The template is the hospital's. */
  house: boolean;
  saved: (template: NoteTemplate) => void;
  /** Another person changed the template meanwhile. */
  stale: () => void;
  cancel: () => void;
}

const KINDS = ["template", "block"] as const;
const LONGEST = 4000;
const FRESH: Wanted = { kind: "template", title: "", text: "" };

export function TemplateForm({ old, house, saved, stale, cancel }: Props) {
  const stored = useDraft<Wanted>(`template.${old?.id ?? "new"}`, old ?? FRESH);
  const { kind, title, text } = stored.value;
  const set = (change: Partial<Wanted>): void => stored.set({ kind, title, text, ...change });
  useEffect(() => document.getElementById("template-title")?.focus(), []);
  const send = async (): Promise<Mistake[]> => {
    const done = await saveTemplate({ kind, title: title.trim(), text }, old, house);
    if (done.ok) {
      stored.drop();
      saved(done.data);
      return [];
    }
    if (done.problem.code !== "stale") return mistakes(done.problem, done.retryAfter, ["title", "text"]);
    stale();
    return [{ field: null, message: t("templates.stale") }];
  };
  const { busy, errors, submit } = useForm(() => check(stored.value), send);
  const leave = (): void => {
    stored.drop();
    cancel();
  };
  return (
    <form class="card template-form" noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <Radios
        id="template-kind"
        label={t("templates.kind")}
        choices={KINDS.map((value) => ({
          value,
          text: t(`templates.kind.${value}`),
          hint: t(`templates.kind.${value}.hint`),
        }))}
        value={kind}
        onValue={(value) => set({ kind: value as Wanted["kind"] })}
      />
      <Field
        id="template-title"
        label={t("templates.name")}
        value={title}
        onValue={(value) => set({ title: value })}
        input={{ maxLength: 200 }}
        mistakes={errors}
      />
      <TextArea
        id="template-text"
        label={t("templates.text")}
        hint={t("templates.text.hint")}
        rows={10}
        longest={LONGEST}
        value={text}
        onValue={(value) => set({ text: value })}
        mistakes={errors}
      />
      <Placeholders put={(value) => set({ text: value })} />
      <div class="row">
        <Submit busy={busy} label={t("templates.save")} busyLabel={t("templates.save.busy")} />
        <button type="button" class="button quiet" onClick={leave}>
          {t("templates.cancel")}
        </button>
      </div>
    </form>
  );
}

function check({ title, text }: Wanted): Mistake[] {
  const unknown = unknownIn(text);
  const words = unknown.map((word) => `{${word}}`).join(", ");
  return [
    ...missing({
      "template-title": { value: title, say: "templates.missing.name" },
      "template-text": { value: text, say: "templates.missing.text" },
    }),
    ...(unknown.length > 0 ? [{ field: "template-text", message: t("templates.unknown", { words }) }] : []),
  ];
}

function Placeholders({ put }: { put: (text: string) => void }) {
  const insert = (name: string): void => {
    const area = document.querySelector<HTMLTextAreaElement>("#template-text");
    const found = area && inserted(area, `{${name}}`, LONGEST);
    if (!area || !found) return;
    put(found.text);
    placeCursor(area, found.end);
  };
  return (
    <fieldset class="placeholders">
      <legend>{t("templates.placeholders")}</legend>
      <ul class="plain">
        {PLACEHOLDERS.map((name) => (
          <li key={name}>
            <button type="button" class="button quiet small" onClick={() => insert(name)}>
              {`{${name}}`}
            </button>{" "}
            <span class="muted small">{t(`templates.placeholder.${name}`)}</span>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
