/** All doctors (`?q=&specialty=&active=`). */
import { api, outcome, type Schemas } from "../../api/client";
import { plural, t } from "../../lib/i18n";
import { useLoad, usePages } from "../../lib/query";
import type { OwnProps } from "../../routes";
import { Chip } from "../../ui/Chip";
import { Empty } from "../../ui/Empty";
import { More } from "../../ui/More";
import { Page } from "../../ui/Page";
import { Ready } from "../../ui/Ready";
import { SearchForm } from "../../ui/SearchForm";
import { Select } from "../../ui/Select";
import { Table } from "../../ui/Table";
import "../../style/admin.css";

type Doctor = Schemas["Doctor"];
type Wanted = Record<"q" | "specialty" | "active", string>;

export default function Doctors({ query }: OwnProps) {
  const wanted = { q: said(query, "q"), specialty: said(query, "specialty"), active: said(query, "active") };
  const { q, specialty, active } = wanted;
  const list = usePages(
    (cursor) => {
      const asked = {
        ...(q && { q }),
        ...(specialty && { specialty }),
        ...(active && { active: active === "true" }),
        ...(cursor && { cursor }),
      };
      return outcome(api.GET("/api/admin/doctors", { params: { query: asked } }));
    },
    [wanted],
  );
  return (
    <Page
      title={t("staff.title")}
      actions={
        <a class="button" href="/admin/doctors/new">
          {t("staff.add")}
        </a>
      }
    >
      <Filters wanted={wanted} />
      <Ready of={list} empty={<None />}>
        {({ items, next_cursor }) => (
          <div class="dense">
            <p class="muted" role="status">
              {plural(next_cursor ? "staff.first" : "staff.count", items.length)}
            </p>
            <Table caption={t("staff.title")} columns={columns()} rows={items} rowKey={({ id }) => id} />
            <More of={list} />
          </div>
        )}
      </Ready>
    </Page>
  );
}

function Filters({ wanted }: { wanted: Wanted }) {
  const specialties = useLoad(() => outcome(api.GET("/api/specialties")), []);
  const names = new Set([...(specialties.data?.items.map(({ name }) => name) ?? []), wanted.specialty].filter(Boolean));
  return (
    <SearchForm q={wanted.q} label={t("staff.search")} act={t("staff.search.submit")}>
      {(choose) => (
        <>
          <Select
            id="specialty"
            label={t("staff.specialty")}
            choices={[{ value: "", text: t("staff.specialty.any") }, ...[...names].map((name) => choice(name, name))]}
            value={wanted.specialty}
            onValue={(specialty) => choose({ specialty })}
          />
          <Select
            id="active"
            label={t("staff.active")}
            choices={[
              choice("", t("staff.active.any")),
              choice("true", t("staff.active.yes")),
              choice("false", t("staff.active.no")),
            ]}
            value={wanted.active}
            onValue={(active) => choose({ active })}
          />
        </>
      )}
    </SearchForm>
  );
}

function None() {
  return (
    <Empty>
      <p>{t("staff.none")}</p>
      <a class="button quiet" href="/admin/doctors">
        {t("staff.all")}
      </a>
    </Empty>
  );
}

function columns() {
  return [
    { head: t("staff.name"), cell: ({ id, full_name }: Doctor) => <a href={`/admin/doctors/${id}`}>{full_name}</a> },
    {
      head: t("staff.specialty"),
      cell: ({ specialty }: Doctor) => specialty ?? <span class="muted">{t("staff.no_profile")}</span>,
    },
    { head: t("field.email"), cell: ({ email }: Doctor) => <span class="email">{email}</span> },
    { head: t("staff.room"), cell: ({ room }: Doctor) => room ?? "–" },
    { head: t("staff.booking"), cell: ({ booking }: Doctor) => t(`staff.booking.${booking}`) },
    { head: t("staff.active"), cell: (doctor: Doctor) => <Active doctor={doctor} /> },
  ];
}

/** Whether a doctor can be booked, and why not. */
export function Active({ doctor: { active, account_active } }: { doctor: Doctor }) {
  if (!account_active) return <Chip tone="no-show">{t("staff.locked")}</Chip>;
  return active ? <span>{t("staff.active.yes")}</span> : <Chip tone="completed">{t("staff.active.no")}</Chip>;
}

function choice(value: string, text: string) {
  return { value, text };
}

function said(query: URLSearchParams, name: string): string {
  return query.get(name) ?? "";
}
