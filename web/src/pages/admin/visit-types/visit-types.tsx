/** The types of visits: the list, and a form that adds one or changes one (`?edit=`). */
import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { idOf } from "../../../lib/loading/all-pages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { type Column, Table } from "../../../ui/Table";
import { TypeForm } from "./form";
import { type Type, typedOf } from "./typed";
import "../../../style/portals/admin.css";

const LIMIT = 100;

export default function VisitTypes({ query }: OwnProps) {
  const found = usePages(
    (cursor) =>
      outcome(api.GET("/api/admin/visit-types", { params: { query: { limit: LIMIT, ...(cursor && { cursor }) } } })),
    [],
  );
  const [saved, setSaved] = useState("");
  const edit = idOf(query.get("edit"));
  const changed = found.data?.items.find(({ id }) => id === edit) ?? null;
  const done = (name: string): void => {
    setSaved(t("visit_types.saved", { name }));
    found.again();
    go(withQuery({ edit: null }), { replace: true });
  };
  return (
    <Page
      title={t("visit_types.title")}
      lead={t("visit_types.lead")}
      back={{ href: "/admin/doctors", text: t("visit_types.back") }}
    >
      <div class="stack">
        <p class={saved ? "done" : "unseen"} role="status">
          {saved}
        </p>
        <section aria-labelledby="types">
          <h2 id="types">{t("visit_types.list")}</h2>
          <Ready of={found} empty={<Empty>{t("visit_types.none")}</Empty>}>
            {({ items }) => (
              <Table caption={t("visit_types.list")} columns={columns()} rows={items} rowKey={({ id }) => id} />
            )}
          </Ready>
          <More of={found} />
        </section>
        {(edit === null || changed) && (
          <TypeForm key={`${edit} ${changed?.version}`} of={changed} begin={typedOf(changed)} done={done} />
        )}
      </div>
    </Page>
  );
}

function columns(): Column<Type>[] {
  return [
    { head: t("visit_types.name"), cell: (type) => <b>{nameOf(type)}</b> },
    { head: t("visit_types.minutes"), cell: ({ minutes }) => plural("types.minutes", minutes) },
    { head: t("visit_types.buffer"), cell: ({ buffer_minutes }) => plural("types.minutes", buffer_minutes) },
    {
      head: t("visit_types.who"),
      cell: ({ staff_only }) => t(staff_only ? "visit_types.staff" : "visit_types.online"),
    },
    { head: t("visit_types.state"), cell: ({ active }) => t(active ? "visit_types.active" : "visit_types.inactive") },
    {
      head: t("visit_types.act"),
      cell: (type) => (
        <a
          class="button quiet small"
          href={withQuery({ edit: String(type.id) })}
          aria-label={t("visit_types.change.of", { name: nameOf(type) })}
        >
          {t("visit_types.change")}
        </a>
      ),
    },
  ];
}

function nameOf({ name_en, name_de }: Type): string {
  return inLanguage({ en: name_en, de: name_de });
}
