/** The page that lists, adds, changes and deletes note templates (`?edit=` an id or "new"). */
import { useState } from "preact/hooks";
import { deleteTemplate, loadTemplates, type NoteTemplate } from "../../lib/clinical/note-templates";
import { mistakes } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../lib/loading/query";
import { go, withQuery } from "../../lib/routing/router";
import { when } from "../../lib/time/time";
import { AskDialog } from "../AskDialog";
import { Chip } from "../Chip";
import { Empty } from "../Empty";
import { Page } from "../frame/Page";
import { Ready } from "../Ready";
import { TemplateForm } from "./TemplateForm";
import "../../style/components/templates.css";

interface Props {
  query: URLSearchParams;
  /** The signed-in person changes the hospital's templates. */
  house: boolean;
  back?: { href: string; text: string };
}

export function Templates({ query, house, back }: Props) {
  const of = useLoad(() => loadTemplates(house), [house]);
  const [said, setSaid] = useState("");
  const edit = query.get("edit");
  const close = (text: string): void => {
    setSaid(text);
    go(withQuery({ edit: null }), { replace: true });
    setTimeout(() => document.getElementById("new-template")?.focus());
  };
  return (
    <Page
      title={t(house ? "templates.title.house" : "templates.title")}
      lead={t(house ? "templates.lead.house" : "templates.lead")}
      {...(back && { back })}
      actions={
        <a id="new-template" class="button quiet" href={withQuery({ edit: "new" })}>
          {t("templates.new")}
        </a>
      }
    >
      <p role="status" class={said ? "done" : "unseen"}>
        {said}
      </p>
      <Ready
        of={of}
        empty={<None edit={edit} of={of} house={house} close={close} />}
        isEmpty={(found) => found.length === 0}
      >
        {(found) => (
          <>
            {edit === "new" && <Form old={null} of={of} house={house} close={close} />}
            <ul class="lines templates">
              {found.map((one) => (
                <li key={one.id}>
                  {edit === String(one.id) && one.house === house ? (
                    <Form old={one} of={of} house={house} close={close} />
                  ) : (
                    <Shown one={one} mine={one.house === house} of={of} said={setSaid} />
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Ready>
    </Page>
  );
}

interface FormProps {
  old: NoteTemplate | null;
  of: Loaded<NoteTemplate[]>;
  house: boolean;
  close: (said: string) => void;
}

function Form({ old, of, house, close }: FormProps) {
  const saved = ({ title }: NoteTemplate): void => {
    of.again();
    close(t("templates.saved", { title }));
  };
  // the key discards the typed text of another template
  return (
    <TemplateForm
      key={old?.id ?? "new"}
      old={old}
      house={house}
      saved={saved}
      stale={of.again}
      cancel={() => close("")}
    />
  );
}

function None({ edit, ...rest }: { edit: string | null } & Omit<FormProps, "old">) {
  if (edit === "new") return <Form old={null} {...rest} />;
  return (
    <Empty>
      <p>{t("templates.none")}</p>
    </Empty>
  );
}

interface ShownProps {
  one: NoteTemplate;
  mine: boolean;
  of: Loaded<NoteTemplate[]>;
  said: (text: string) => void;
}

function Shown({ one, mine, of, said }: ShownProps) {
  const [asking, setAsking] = useState(false);
  const { title } = one;
  const remove = async () => {
    const gone = await deleteTemplate(one);
    if (!gone.ok && gone.problem.code !== "not_found") return mistakes(gone.problem, gone.retryAfter, []);
    setAsking(false);
    of.again();
    said(t("templates.deleted", { title }));
    return [];
  };
  return (
    <>
      <div class="template">
        <p class="row">
          <b>{title}</b> <Chip tone="booked">{t(`templates.kind.${one.kind}`)}</Chip>
          {one.house && <Chip tone="completed">{t("templates.house")}</Chip>}
        </p>
        <p class="written">{one.text}</p>
        <p class="muted small">
          {t("templates.edited", { name: one.edited_by.full_name, when: when(one.edited_at), version: one.version })}
        </p>
      </div>
      {mine && (
        <p class="row">
          <a
            class="button quiet small"
            href={withQuery({ edit: String(one.id) })}
            aria-label={t("templates.edit.of", { title })}
          >
            {t("templates.edit")}
          </a>
          <button
            type="button"
            class="button quiet small"
            aria-label={t("templates.delete.of", { title })}
            onClick={() => setAsking(true)}
          >
            {t("templates.delete")}
          </button>
        </p>
      )}
      {asking && (
        <AskDialog
          title={t("templates.delete.ask", { title })}
          keep={t("templates.delete.keep")}
          act={t("templates.delete")}
          busy={t("templates.delete.busy")}
          danger
          onClose={() => setAsking(false)}
          send={remove}
        >
          <p>{t("templates.delete.about")}</p>
        </AskDialog>
      )}
    </>
  );
}
