/** All doctors (`?q=&specialty=&active=`). */

import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage, specialtyName } from "../../../lib/i18n/in-languages";
import { useLoad, usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Chip } from "../../../ui/Chip";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { ActiveFilter, FoundList } from "../found-list";
import "../../../style/portals/admin.css";

type Doctor = Schemas["Doctor"];
type Wanted = Record<"q" | "specialty" | "active", string>;

export default function Doctors({ query }: OwnProps) {
  const wanted = {
    q: filterValue(query, "q"),
    specialty: filterValue(query, "specialty"),
    active: filterValue(query, "active"),
  };
  const { q, specialty, active } = wanted;
  const list = usePages(
    (cursor) => {
      const apiQuery = {
        ...(q && { q }),
        ...(specialty && { specialty }),
        ...(active && { active: active === "true" }),
        ...(cursor && { cursor }),
      };
      return outcome(api.GET("/api/admin/doctors", { params: { query: apiQuery } }));
    },
    [wanted],
  );
  return (
    <Page
      title={t("staff.title")}
      actions={
        <div class="row">
          <a class="button quiet" href="/admin/closed-days">
            {t("staff.closed_days")}
          </a>
          <a class="button quiet" href="/admin/visit-types">
            {t("staff.visit_types")}
          </a>
          <a class="button quiet" href="/admin/specialty-ages">
            {t("staff.specialty_ages")}
          </a>
          <a class="button" href="/admin/doctors/new">
            {t("staff.add")}
          </a>
        </div>
      }
    >
      <Filters wanted={wanted} />
      <FoundList name="staff" of={list} columns={columns()} rowKey={({ id }) => id} all="/admin/doctors" />
    </Page>
  );
}

function Filters({ wanted }: { wanted: Wanted }) {
  const specialties = useLoad(() => outcome(api.GET("/api/specialties")), []);
  // of the stored text, because links and older addresses name it
  const names = new Map(specialties.data?.items.map(({ name, names }) => [name, inLanguage(names)]));
  if (wanted.specialty && !names.has(wanted.specialty)) names.set(wanted.specialty, wanted.specialty);
  return (
    <SearchForm q={wanted.q} label={t("staff.search")} act={t("staff.search.submit")}>
      {(choose) => (
        <>
          <Select
            id="specialty"
            label={t("staff.specialty")}
            choices={[
              { value: "", text: t("staff.specialty.any") },
              ...[...names].map(([value, text]) => ({ value, text })),
            ]}
            value={wanted.specialty}
            onValue={(specialty) => choose({ specialty })}
          />
          <ActiveFilter name="staff" value={wanted.active} choose={choose} />
        </>
      )}
    </SearchForm>
  );
}

function columns() {
  return [
    { head: t("staff.name"), cell: ({ id, full_name }: Doctor) => <a href={`/admin/doctors/${id}`}>{full_name}</a> },
    {
      head: t("staff.specialty"),
      cell: (doctor: Doctor) => specialtyName(doctor) ?? <span class="muted">{t("staff.no_profile")}</span>,
    },
    { head: t("field.email"), cell: ({ email }: Doctor) => <span class="email">{email}</span> },
    { head: t("staff.room"), cell: ({ room }: Doctor) => room ?? "–" },
    { head: t("staff.booking"), cell: ({ booking }: Doctor) => t(`staff.booking.${booking}`) },
    { head: t("staff.active"), cell: (doctor: Doctor) => <Active doctor={doctor} /> },
  ];
}

/** The chip that says whether a doctor can be booked. */
export function Active({ doctor: { active, account_active } }: { doctor: Doctor }) {
  if (!account_active) return <Chip tone="no-show">{t("staff.locked")}</Chip>;
  return active ? <span>{t("staff.active.yes")}</span> : <Chip tone="completed">{t("staff.active.no")}</Chip>;
}

function filterValue(query: URLSearchParams, name: string): string {
  return query.get(name) ?? "";
}
