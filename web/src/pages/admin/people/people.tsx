/** All accounts (`?q=&role=&active=`), and the invitations of staff (`?show=invitations`). */
import { api, outcome, type Role, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Chip } from "../../../ui/Chip";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { Tabs } from "../../../ui/Tabs";
import { ActiveFilter, FoundList } from "../found-list";
import { WithoutOwner } from "./handover";
import { Invitations } from "./invitations";
import "../../../style/portals/admin.css";

type Account = Schemas["ListedAccount"];
export const ROLES = ["patient", "doctor", "lab", "reception", "admin"] as const satisfies readonly Role[];

export default function People({ query }: OwnProps) {
  const inviting = query.get("show") === "invitations";
  return (
    <Page title={t("people.title")}>
      <Tabs
        label={t("people.tabs")}
        tabs={[
          { href: "/admin/people", text: t("people.accounts"), current: !inviting },
          { href: "/admin/people?show=invitations", text: t("people.invitations"), current: inviting },
          { href: "/admin/people/approvals", text: t("people.approvals"), current: false },
        ]}
      />
      {inviting ? <Invitations /> : <Accounts query={query} />}
    </Page>
  );
}

function Accounts({ query }: { query: URLSearchParams }) {
  const q = query.get("q") ?? "";
  const role = ROLES.find((one) => one === query.get("role"));
  const active = query.get("active") ?? "";
  const list = usePages(
    (cursor) => {
      const apiQuery = {
        ...(q && { q }),
        ...(role && { role }),
        ...(active && { active: active === "true" }),
        ...(cursor && { cursor }),
      };
      return outcome(api.GET("/api/admin/accounts", { params: { query: apiQuery } }));
    },
    [q, role, active],
  );
  return (
    <>
      <WithoutOwner />
      <Filters q={q} role={role ?? ""} active={active} />
      <FoundList name="people" of={list} columns={columns()} rowKey={({ id }) => id} all="/admin/people" />
    </>
  );
}

type Wanted = Record<"q" | "role" | "active", string>;

function Filters(wanted: Wanted) {
  return (
    <SearchForm q={wanted.q} label={t("people.search")} act={t("people.search.submit")}>
      {(choose) => (
        <>
          <Select
            id="role"
            label={t("people.role")}
            choices={[
              { value: "", text: t("people.role.any") },
              ...ROLES.map((value) => ({ value, text: t(`role.${value}`) })),
            ]}
            value={wanted.role}
            onValue={(role) => choose({ role })}
          />
          <ActiveFilter name="people" value={wanted.active} choose={choose} />
        </>
      )}
    </SearchForm>
  );
}

function columns() {
  return [
    { head: t("people.name"), cell: ({ id, full_name }: Account) => <a href={`/admin/people/${id}`}>{full_name}</a> },
    { head: t("people.role"), cell: ({ role }: Account) => t(`role.${role}`) },
    { head: t("field.email"), cell: ({ email }: Account) => <span class="email">{email}</span> },
    { head: t("field.phone"), cell: ({ phone }: Account) => phone ?? "–" },
    { head: t("people.active"), cell: ({ active }: Account) => <Lock active={active} /> },
  ];
}

/** The chip that says whether an account can sign in. */
export function Lock({ active }: { active: boolean }) {
  return active ? <span>{t("people.active.yes")}</span> : <Chip tone="no-show">{t("people.active.no")}</Chip>;
}
