/** The doctor's patients by name (`?q=` searches), with allergies and next visits. */
import { api, outcome, type Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { ageOn, dateOnly, dayOf, when } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { Empty } from "../../../ui/Empty";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { type Column, Table } from "../../../ui/Table";

type Patient = Schemas["PatientInCare"];
const SHORTEST = 2;

export default function Patients({ query }: OwnProps) {
  const requested = (query.get("q") ?? "").trim().slice(0, 100);
  const q = requested.length < SHORTEST ? "" : requested;
  const found = usePages(
    (cursor) => {
      const wanted = { limit: 30, ...(q && { q }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/doctor/patients", { params: { query: wanted } }));
    },
    [q],
  );
  const count = found.data?.items.length ?? 0;
  return (
    <Page title={t("own_patients.title")}>
      <SearchForm
        q={requested}
        label={t("own_patients.search")}
        hint={t("own_patients.search.hint")}
        act={t("own_patients.search.submit")}
        check={({ length }) => length > 0 && length < SHORTEST && "own_patients.search.short"}
      />
      <p class="muted small" role="status">
        {found.data && plural(found.more ? "own_patients.first" : "own_patients.count", count)}
      </p>
      <Ready of={found} empty={<Nobody searched={q !== ""} />}>
        {({ items }) => (
          <Table caption={t("own_patients.title")} columns={COLUMNS()} rows={items} rowKey={({ id }) => id} />
        )}
      </Ready>
      <More of={found} />
      <p class="section muted">
        {t("own_patients.emergency")} <a href="/doctor/emergency">{t("own_patients.emergency.go")}</a>
      </p>
    </Page>
  );
}

const COLUMNS = (): Column<Patient>[] => [
  {
    head: t("own_patients.name"),
    cell: ({ id, full_name }) => (
      <>
        <a class="strong" href={`/doctor/patients/${id}`}>
          {full_name}
        </a>{" "}
        <span class="small muted whole">{t("patient_strip.number", { id })}</span>
      </>
    ),
  },
  {
    head: t("own_patients.born"),
    cell: ({ date_of_birth: born }) =>
      born ? (
        <span class="whole">{t("patient_strip.born", { day: dateOnly(born), age: ageOn(born) })}</span>
      ) : (
        <Never />
      ),
  },
  { head: t("own_patients.allergies"), cell: (patient) => <Allergies of={patient} /> },
  {
    head: t("own_patients.last"),
    cell: ({ last_visit_at: at }) => (at ? <span class="whole">{dateOnly(dayOf(at))}</span> : <Never />),
  },
  {
    head: t("own_patients.next"),
    cell: ({ next_visit_at: at }) => (at ? <span class="whole">{when(at)}</span> : <Never />),
  },
];

function Allergies({ of: { allergy_status, allergies } }: { of: Patient }) {
  if (allergy_status !== "noted") return <span class="muted">{t(`allergies.${allergy_status}`)}</span>;
  return <b class="allergic">{allergies.join(", ")}</b>;
}

function Never() {
  return <span class="muted">{t("none")}</span>;
}

function Nobody({ searched }: { searched: boolean }) {
  return (
    <Empty>
      <p>{t(searched ? "own_patients.none.found" : "own_patients.none")}</p>
      {searched && (
        <a class="button quiet" href="/doctor/patients">
          {t("own_patients.clear")}
        </a>
      )}
    </Empty>
  );
}
