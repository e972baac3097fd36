/** The merge of a record into another (`?into=`): both records, the details that stay, and the reason. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { dateOnly, longWhen } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Table } from "../../../ui/Table";
import { PatientSearch } from "./search";
import "../../../style/portals/admin.css";

type Preview = Schemas["MergePreview"];
type Detail = Schemas["Detail"];
type Patient = Schemas["DeskPatient"];

export default function MergePage({ params, query, account }: OwnProps) {
  const id = idOf(params.id);
  const into = idOf(query.get("into") ?? "");
  if (id === null || account.role !== "admin") return <NotFound />;
  return into === null ? (
    <Choose id={id} q={query.get("q") ?? ""} />
  ) : (
    <Compare key={`${id} ${into}`} id={id} into={into} />
  );
}

/** The search for the other record. */
function Choose({ id, q }: { id: number; q: string }) {
  return (
    <Page
      title={t("merge.title")}
      lead={t("merge.choose")}
      back={{ href: `/desk/patients/${id}`, text: t("patient_page.title") }}
    >
      <PatientSearch
        q={q}
        href={(other) => `/desk/patients/${id}/merge?into=${other.id}`}
        register="/desk/patients/new"
      />
    </Page>
  );
}

function Compare({ id, into }: { id: number; into: number }) {
  const params = { path: { patient_id: id }, query: { into_id: into } };
  const found = useLoad(
    () => outcome(api.GET("/api/admin/patients/{patient_id}/merge-preview", { params })),
    [id, into],
  );
  return (
    <Page
      title={t("merge.title")}
      lead={t("merge.lead")}
      width="narrow"
      back={{ href: "/desk/patients/duplicates", text: t("duplicates.title") }}
      actions={
        <a class="button quiet" href={`/desk/patients/${into}/merge?into=${id}`}>
          {t("merge.swap")}
        </a>
      }
    >
      <Ready of={found}>{(preview) => <Both of={preview} again={found.again} />}</Ready>
    </Page>
  );
}

function Both({ of, again }: { of: Preview; again: () => void }) {
  const { kept, merged, overlaps } = of;
  const isOpen = kept.record.active && merged.record.active;
  return (
    <>
      <Entries of={of} />
      {merged.record.can_sign_in && (
        <p class="warning more">{t("merge.sign_in.ends", { name: merged.record.full_name })}</p>
      )}
      {!isOpen && <p class="warning more">{t("problem.already_merged")}</p>}
      {overlaps.length > 0 && (
        <div class="warning more">
          <p>{t("problem.appointments_overlap")}</p>
          <ul>
            {overlaps.map(({ of_kept, of_merged }) => (
              <li key={of_merged.id}>
                {t("merge.overlap", { kept: longWhen(of_kept.starts_at), merged: longWhen(of_merged.starts_at) })}
              </li>
            ))}
          </ul>
        </div>
      )}
      {isOpen && overlaps.length === 0 && <Decide of={of} again={again} />}
    </>
  );
}

/** What each record has. */
function Entries({ of: { kept, merged } }: { of: Preview }) {
  const kinds = [...new Set([...kept.entries, ...merged.entries].map(({ kind }) => kind))];
  const number = (side: Schemas["MergeSide"], kind: string) =>
    side.entries.find((one) => one.kind === kind)?.count ?? 0;
  const details: readonly [string, (patient: Patient) => string][] = [
    [t("merge.number"), ({ id }) => String(id)],
    ...DETAILS.map((detail): [string, (patient: Patient) => string] => [
      t(`merge.detail.${detail}`),
      (patient) => shown(detail, patient),
    ]),
  ];
  const rows = [
    ...details.map(([name, value]) => ({ name, kept: value(kept.record), merged: value(merged.record) })),
    ...kinds.map((kind) => ({
      name: t(`merge.kind.${kind}`),
      kept: String(number(kept, kind)),
      merged: String(number(merged, kind)),
    })),
  ];
  const columns = [
    { head: t("merge.entry"), cell: ({ name }: (typeof rows)[number]) => name },
    { head: t("merge.kept"), cell: (row: (typeof rows)[number]) => row.kept },
    { head: t("merge.merged"), cell: (row: (typeof rows)[number]) => row.merged },
  ];
  return <Table caption={t("merge.title")} columns={columns} rows={rows} rowKey={({ name }) => name} />;
}

const DETAILS = ["full_name", "date_of_birth", "sex", "phone", "email"] as const;

function shown(detail: Detail, patient: Patient): string {
  if (detail === "sex") return t(`sex.${patient.sex}`);
  if (detail === "date_of_birth") return patient.date_of_birth ? dateOnly(patient.date_of_birth) : "–";
  return patient[detail] ?? "–";
}

function Decide({ of: { kept, merged, differs }, again }: { of: Preview; again: () => void }) {
  const [take, setTake] = useState<readonly Detail[]>([]);
  const [reason, setReason] = useState("");
  // an address that the kept record signs in with stays
  const choices = differs.filter((detail) => detail !== "email" || !kept.record.can_sign_in);
  const { busy, errors, submit } = useForm(
    (): Mistake[] => missing({ reason: { value: reason, say: "merge.missing.reason" } }),
    async () => {
      const body = {
        into_id: kept.record.id,
        version: merged.record.version,
        into_version: kept.record.version,
        take: [...take],
        reason: reason.trim(),
      };
      const params = { path: { patient_id: merged.record.id } };
      const done = await outcome(api.POST("/api/admin/patients/{patient_id}/merge", { params, body }));
      if (done.ok) {
        go(`/desk/patients/${merged.record.id}/merged`);
        return [];
      }
      if (done.problem.code === "stale") again();
      return mistakes(done.problem, done.retryAfter, ["reason"]);
    },
  );
  return (
    <form class="card more" noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      {choices.map((detail) => (
        <Radios
          key={detail}
          id={`take-${detail}`}
          label={t(`merge.detail.${detail}`)}
          choices={[
            { value: "kept", text: shown(detail, kept.record), hint: t("merge.kept") },
            { value: "merged", text: shown(detail, merged.record), hint: t("merge.merged") },
          ]}
          value={take.includes(detail) ? "merged" : "kept"}
          onValue={(side) => setTake([...take.filter((one) => one !== detail), ...(side === "merged" ? [detail] : [])])}
        />
      ))}
      <TextArea
        id="reason"
        label={t("merge.reason")}
        hint={t("merge.reason.hint")}
        value={reason}
        onValue={setReason}
        mistakes={errors}
      />
      <p class="muted">{t("merge.about")}</p>
      <Submit busy={busy} label={t("merge.submit")} busyLabel={t("merge.busy")} />
    </form>
  );
}
