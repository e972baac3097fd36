/** The menu of note templates; a chosen one is inserted at the cursor of the notes. */
import { useState } from "preact/hooks";
import { loadTemplates, type NoteTemplate } from "../../../lib/clinical/note-templates";
import type { VitalSigns } from "../../../lib/clinical/vitals";
import { inserted, placeCursor } from "../../../lib/forms/insertion";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { Chart } from "../chart/record";
import { textFor } from "./placeholders";
import type { Visit } from "./visits";

interface Props {
  visit: Visit;
  chart: Chart | undefined;
  /** Newest first; undefined as `chart`. */
  vitals: readonly VitalSigns[] | undefined;
  /** The chart or the vital signs are loading: wait, because their placeholders would become gaps. */
  awaited: boolean;
  /** The id of the textarea. */
  area: string;
  put: (text: string) => void;
}

const KINDS = ["template", "block"] as const;
const LONGEST = 4000;

export function InsertTemplate({ visit, chart, vitals, awaited, area, put }: Props) {
  const { data, failure } = useLoad(() => loadTemplates(false), []);
  const [tooLong, setTooLong] = useState<string | null>(null);
  const insert = ({ title, text }: NoteTemplate): void => {
    const field = document.getElementById(area) as HTMLTextAreaElement | null;
    if (!field) return;
    const found = inserted(field, textFor(text, visit, chart, vitals), LONGEST);
    setTooLong(found ? null : title);
    if (!found) return;
    put(found.text);
    placeCursor(field, found.end);
  };
  return (
    <>
      <p class="row no-print">
        <button type="button" class="menu" popoverTarget="insert-template">
          {t("notes.insert")}
        </button>
      </p>
      <div id="insert-template" popover="auto" class="others">
        {(awaited || (!data && !failure)) && <p class="muted">…</p>}
        {(awaited ? [] : KINDS).map((kind) => (
          <Group key={kind} kind={kind} of={data ?? []} insert={insert} />
        ))}
        {data?.length === 0 && <p class="muted">{t("notes.insert.none")}</p>}
        {!data && failure && <p class="muted">{t("notes.insert.failed")}</p>}
        <a href="/doctor/note-templates">{t("notes.insert.edit")}</a>
      </div>
      <p role="status" class={tooLong ? "warning" : "unseen"}>
        {tooLong && t("notes.insert.long", { title: tooLong })}
      </p>
    </>
  );
}

interface GroupProps {
  kind: NoteTemplate["kind"];
  of: readonly NoteTemplate[];
  insert: (one: NoteTemplate) => void;
}

function Group({ kind, of, insert }: GroupProps) {
  const found = of.filter((one) => one.kind === kind);
  if (found.length === 0) return null;
  return (
    <>
      <p class="muted small">{t(`notes.insert.${kind}s`)}</p>
      {found.map((one) => (
        <button
          key={one.id}
          type="button"
          popoverTarget="insert-template"
          popoverTargetAction="hide"
          onClick={() => insert(one)}
        >
          {one.title}
        </button>
      ))}
    </>
  );
}
