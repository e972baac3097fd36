/** A merge: the record that goes on, what moved, and its undo. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { longWhen, nowInstant } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Details } from "../../../ui/Details";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import "../../../style/portals/admin.css";

type Merge = Schemas["Merge"];

export default function MergedPage({ params, account }: OwnProps) {
  const id = idOf(params.id);
  return id === null || account.role !== "admin" ? <NotFound /> : <Known key={id} id={id} />;
}

function Known({ id }: { id: number }) {
  const params = { path: { merged_id: id } };
  const found = useLoad(() => outcome(api.GET("/api/admin/merges/{merged_id}", { params })), [id]);
  return (
    <Page
      title={t("merged.title")}
      width="narrow"
      back={{ href: "/desk/patients/duplicates", text: t("duplicates.title") }}
    >
      <Ready of={found}>{(merge) => <Shown merge={merge} put={found.put} />}</Ready>
    </Page>
  );
}

function Shown({ merge, put }: { merge: Merge; put: (merge: Merge) => void }) {
  const { kept, merged, undone_at } = merge;
  return (
    <>
      <p role="status" class={undone_at ? "info" : "done"}>
        {t(undone_at ? "merged.undone" : "merged.done", { name: merged.full_name })}
      </p>
      <p class="row">
        <a class="button" href={`/desk/patients/${kept.id}`}>
          {t("merged.open", { name: kept.full_name })}
        </a>
        {undone_at && (
          <a class="button quiet" href={`/desk/patients/${merged.id}`}>
            {t("merged.open.other", { number: merged.id })}
          </a>
        )}
      </p>
      <Details
        of={[
          [t("merged.at"), longWhen(merge.merged_at)],
          [t("merged.by"), merge.merged_by.full_name],
          [t("merge.reason"), merge.reason],
          [t("merged.moved"), listed(merge.moved)],
          [t("merged.undone_at"), undone_at && longWhen(undone_at)],
        ]}
      />
      {!undone_at && <Undo merge={merge} put={put} />}
    </>
  );
}

function listed(counts: readonly Schemas["KindCount"][]): string {
  return counts.map(({ kind, count }) => `${t(`merge.kind.${kind}`)}: ${count}`).join(", ");
}

function Undo({ merge, put }: { merge: Merge; put: (merge: Merge) => void }) {
  const [asking, setAsking] = useState(false);
  if (merge.undo_until < nowInstant()) return <p class="muted more">{t("merged.too_late")}</p>;
  const send = async () => {
    const params = { path: { merged_id: merge.merged.id } };
    const done = await outcome(api.POST("/api/admin/merges/{merged_id}/undo", { params }));
    if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
    setAsking(false);
    put(done.data);
    return [];
  };
  return (
    <section class="card more" aria-labelledby="undo">
      <h2 id="undo">{t("merged.undo")}</h2>
      <p>{t("merged.undo.about", { when: longWhen(merge.undo_until) })}</p>
      {merge.stays.length > 0 && <p class="warning">{t("merged.stays", { entries: listed(merge.stays) })}</p>}
      {merge.chart_stays && <p class="warning">{t("merged.chart_stays")}</p>}
      <button type="button" class="button quiet" onClick={() => setAsking(true)}>
        {t("merged.undo.submit")}
      </button>
      {asking && (
        <AskDialog
          title={t("merged.undo.ask")}
          keep={t("merged.undo.keep")}
          act={t("merged.undo.submit")}
          busy={t("merge.busy")}
          onClose={() => setAsking(false)}
          send={send}
        >
          <p>{t("merged.undo.consequence", { name: merge.merged.full_name })}</p>
        </AskDialog>
      )}
    </section>
  );
}
