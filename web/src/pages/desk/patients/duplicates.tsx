/** Records that are likely of one person, each with the older ones; administrators open the merge from here. */
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { About } from "./found";
import "../../../style/portals/admin.css";

type Duplicate = Schemas["Duplicate"];

export default function Duplicates({ account }: OwnProps) {
  const list = usePages(
    (cursor) => outcome(api.GET("/api/reception/duplicates", { params: { query: cursor ? { cursor } : {} } })),
    [],
  );
  const isAdmin = account.role === "admin";
  const none = (
    <Empty>
      <p>{t("duplicates.none")}</p>
    </Empty>
  );
  return (
    <Page
      title={t("duplicates.title")}
      lead={t(isAdmin ? "duplicates.lead" : "duplicates.lead.desk")}
      back={{ href: "/desk/patients", text: t("new_patient.back") }}
    >
      <Ready of={list} empty={none}>
        {({ items }) => (
          <>
            <ul class="plain stack">
              {items.map((one) => (
                <Group key={one.record.id} of={one} isAdmin={isAdmin} />
              ))}
            </ul>
            <More of={list} />
          </>
        )}
      </Ready>
    </Page>
  );
}

function Group({ of: { record, likely }, isAdmin }: { of: Duplicate; isAdmin: boolean }) {
  return (
    <li class="card">
      <p>
        <a href={`/desk/patients/${record.id}`}>{record.full_name}</a> <About patient={record} />
      </p>
      <ul class="lines">
        {likely.map(({ record: older, same }) => (
          <li key={older.id}>
            <a href={`/desk/patients/${older.id}`}>{older.full_name}</a>
            <About patient={older} />
            <span class="muted">
              {t("duplicates.same", { details: same.map((detail) => t(`merge.detail.${detail}`)).join(", ") })}
            </span>
            {isAdmin && (
              <a
                class="button quiet small"
                href={`/desk/patients/${record.id}/merge?into=${older.id}`}
                aria-label={t("duplicates.compare.of", { name: record.full_name, other: older.full_name })}
              >
                {t("duplicates.compare")}
              </a>
            )}
          </li>
        ))}
      </ul>
    </li>
  );
}
