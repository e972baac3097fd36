/** The notes of a visit: autosaved, signed, and amended by addenda. */
import { useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import type { VitalSigns } from "../../../lib/clinical/vitals";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { clock, dayOf, today, when } from "../../../lib/time/time";
import { Dialog } from "../../../ui/Dialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Ready } from "../../../ui/Ready";
import type { Chart } from "../chart/record";
import { Finish } from "./finish";
import { InsertTemplate } from "./insert";
import { ask, type Notes, type Writing } from "./notes";
import { SignedText } from "./signed-text";
import type { StatusActs } from "./status";
import type { Visit } from "./visits";

interface VisitNotesProps {
  writing: Writing;
  visit: Visit;
  /** Undefined while it is loading, and where the doctor may not read it. */
  chart: Chart | undefined;
  vitals: readonly VitalSigns[] | undefined;
  awaited: boolean;
  acts: StatusActs;
  /** Called after the visit was completed with its notes. */
  completed: () => void;
}

export function VisitNotes(props: VisitNotesProps) {
  const { writing, visit } = props;
  return (
    <Ready of={writing.loaded}>
      {(notes) =>
        notes.status === "signed" && !writing.theirs ? (
          <Signed notes={notes} visit={visit.id} put={writing.loaded.put} />
        ) : (
          <Draft notes={notes} {...props} />
        )
      }
    </Ready>
  );
}

function Draft({ writing, notes, visit, chart, vitals, awaited, acts, completed }: VisitNotesProps & { notes: Notes }) {
  const [signing, setSigning] = useState(false);
  const signed = (): void => {
    stay();
    completed();
  };
  const { text, type, theirs, problem } = writing;
  return (
    <div class="stack close notes">
      {theirs && <Clash theirs={theirs} choose={writing.choose} />}
      {!theirs && (
        <InsertTemplate visit={visit} chart={chart} vitals={vitals} awaited={awaited} area="notes" put={type} />
      )}
      <TextArea id="notes" label={t(theirs ? "notes.mine" : "notes.label")} rows={10} value={text} onValue={type} />
      {text.trim() && <p class="print-only strong">{t("notes.draft")}</p>}
      <p class="written print-only">{text}</p>
      {problem && (
        <p class="warning" role="alert">
          {problemText(problem, null)} {t("notes.kept")}
        </p>
      )}
      {!theirs && (
        <div class="row between no-print">
          <p class="muted small" data-state={writing.state}>
            {saved(writing, notes)}
          </p>
          <Finish visit={visit} writing={writing} acts={acts} sign={() => setSigning(true)} signed={signed} />
        </div>
      )}
      {signing && <Sign writing={writing} onClose={() => setSigning(false)} />}
    </div>
  );
}

function saved({ state }: Writing, { updated_at }: Notes): string {
  if (state !== "saved") return t(`notes.${state}`);
  if (!updated_at) return t("notes.hint");
  return t("notes.saved", { time: dayOf(updated_at) === today() ? clock(updated_at) : when(updated_at) });
}

/** Focus the notes, because the focused element is removed. */
function stay(): void {
  setTimeout(() => document.querySelector<HTMLElement>("#notes, #signed-notes")?.focus());
}

/** A conflict with another window: both texts and the choice. */
function Clash({ theirs, choose }: { theirs: Notes; choose: Writing["choose"] }) {
  const signed = theirs.status === "signed";
  const take = (which: "mine" | "theirs"): void => {
    choose(which);
    stay();
  };
  return (
    <div class="warning stack close" role="alert">
      <p>
        <b>
          {t(signed ? "notes.clash.signed" : "notes.clash", { when: theirs.updated_at ? when(theirs.updated_at) : "" })}
        </b>
      </p>
      <h3>{t("notes.theirs")}</h3>
      <p class="written theirs">{theirs.text || t("notes.empty")}</p>
      <div class="row">
        <button type="button" class="button" onClick={() => take("mine")}>
          {t(signed ? "notes.add_mine" : "notes.keep_mine")}
        </button>
        <button type="button" class="button quiet" onClick={() => take("theirs")}>
          {t("notes.keep_theirs")}
        </button>
      </div>
    </div>
  );
}

function Sign({ writing, onClose }: { writing: Writing; onClose: () => void }) {
  const { busy, submit } = useForm(
    () => [],
    async () => {
      await writing.sign();
      onClose();
      stay();
      return undefined;
    },
  );
  return (
    <Dialog title={t("notes.sign.title")} onClose={onClose}>
      <p>{t("notes.sign.about")}</p>
      <form class="row" onSubmit={submit}>
        <Submit busy={busy} label={t("notes.sign.yes")} busyLabel={t("notes.sign.busy")} />
        <button type="button" class="button quiet" onClick={onClose}>
          {t("notes.sign.no")}
        </button>
      </form>
    </Dialog>
  );
}

function Signed({ notes, visit, put }: { notes: Notes; visit: number; put: (notes: Notes) => void }) {
  return (
    <div class="stack close notes">
      <div id="signed-notes" class="stack close" tabIndex={-1}>
        <SignedText notes={notes} />
      </div>
      <Add notes={notes} visit={visit} put={put} />
    </div>
  );
}

function Add({ notes, visit, put }: { notes: Notes; visit: number; put: (notes: Notes) => void }) {
  const text = useDraft(`addendum.${visit}`, "");
  const act = async (): Promise<Mistake[]> => {
    const params = { path: { appointment_id: visit }, header: unchanged(notes) };
    const body = { text: text.value.trim() };
    const added = await outcome(api.PUT("/api/doctor/appointments/{appointment_id}/notes", { params, body }));
    if (added.ok) {
      text.set("");
      text.drop();
      put(added.data);
      return [];
    }
    if (added.problem.code !== "stale") return mistakes(added.problem, added.retryAfter, ["text"]);
    const newest = await ask(visit);
    if (newest.ok) put(newest.data);
    return [{ field: null, message: t("notes.added_meanwhile") }];
  };
  const check = () => missing({ addendum: { value: text.value, say: "notes.add.missing" } });
  const { busy, errors, submit } = useForm(check, act);
  return (
    <form noValidate onSubmit={submit} class="no-print">
      <ErrorSummary mistakes={errors} />
      <TextArea
        id="addendum"
        label={t("notes.add.label")}
        hint={t("notes.add.hint")}
        rows={3}
        value={text.value}
        onValue={text.set}
        mistakes={errors}
      />
      <Submit busy={busy} label={t("notes.add")} busyLabel={t("notes.add.busy")} />
    </form>
  );
}
