/** Staff accounts and roles that one administrator asked for and another one decides (`?show=all`: the decided ones too). */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { ApprovalLine } from "./approval-line";
import { InvitationLink } from "./invitation-link";
import "../../../style/portals/admin.css";

export default function Approvals({ query, account }: OwnProps) {
  const all = query.get("show") === "all";
  const [made, setMade] = useState<Schemas["NewInvitation"] | null>(null);
  const list = usePages(
    (cursor) => {
      const wanted = { ...(!all && { waiting: true }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/admin/approvals", { params: { query: wanted } }));
    },
    [all],
  );
  const none = (
    <Empty>
      <p>{t(all ? "approvals.none.all" : "approvals.none")}</p>
    </Empty>
  );
  return (
    <Page
      title={t("approvals.title")}
      lead={t("approvals.lead")}
      back={{ href: "/admin/people", text: t("person.back") }}
    >
      <p>
        <a href={all ? "/admin/people/approvals" : "/admin/people/approvals?show=all"}>
          {t(all ? "approvals.waiting" : "approvals.all")}
        </a>
      </p>
      {made?.url && (
        <InvitationLink name={made.full_name} email={made.email} url={made.url} expiresAt={made.expires_at} />
      )}
      <Ready of={list} empty={none} isEmpty={({ items }) => items.length === 0}>
        {({ items }) => (
          <>
            <ul class="plain stack">
              {items.map((one) => (
                <li key={`${one.id} ${one.state}`} class="card">
                  <ApprovalLine of={one} me={account.id} onInvitation={setMade} onStale={list.again} />
                </li>
              ))}
            </ul>
            <More of={list} />
          </>
        )}
      </Ready>
    </Page>
  );
}
