/** The devices that an account is signed in on, and the acts that end one of its sessions or all. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { useLoad, usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Empty } from "../../../ui/Empty";
import { NotFound } from "../../../ui/frame/NotFound";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";

type Session = Schemas["Session"];

export default function AccountSessionsPage({ params }: OwnProps) {
  const id = idOf(params.id);
  return id === null ? <NotFound /> : <Known id={id} />;
}

function Known({ id }: { id: number }) {
  const path = { account_id: id };
  const person = useLoad(() => outcome(api.GET("/api/admin/accounts/{account_id}", { params: { path } })), [id]);
  const list = usePages(
    (cursor) =>
      outcome(
        api.GET("/api/admin/accounts/{account_id}/sessions", {
          params: { path, query: { limit: 100, ...(cursor && { cursor }) } },
        }),
      ),
    [id],
  );
  const [asked, setAsked] = useState<Session | "all" | null>(null);
  const [ended, setEnded] = useState(false);
  const status = useRef<HTMLParagraphElement>(null);
  const send = async (): Promise<Mistake[]> => {
    const gone =
      asked === "all"
        ? await outcome(api.DELETE("/api/admin/accounts/{account_id}/sessions", { params: { path } }))
        : await endOne(id, asked?.id ?? "");
    // a session that ended meanwhile is no failure
    if (!gone.ok && gone.problem.code !== "not_found") return mistakes(gone.problem, gone.retryAfter, []);
    setEnded(true);
    setAsked(null);
    list.again();
    // the button that opened the dialog is gone
    requestAnimationFrame(() => status.current?.focus());
    return [];
  };
  return (
    <Ready of={person} whole>
      {({ full_name }) => (
        <Page
          title={t("account_devices.title", { name: full_name })}
          lead={t("account_devices.lead")}
          back={{ href: `/admin/people/${id}`, text: full_name }}
        >
          <p role="status" tabIndex={-1} ref={status}>
            {ended && t("account_devices.ended")}
          </p>
          <Ready of={list}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty>
                  <p>{t("account_devices.none")}</p>
                </Empty>
              ) : (
                <List items={items} ask={setAsked} />
              )
            }
          </Ready>
          <More of={list} />
          {asked && (
            <AskDialog
              title={t(asked === "all" ? "account_devices.ask_all" : "devices.ask")}
              keep={t("devices.keep")}
              act={t("devices.end")}
              busy={t("devices.busy")}
              danger
              onClose={() => setAsked(null)}
              send={send}
            >
              <p>{t("devices.ask.about")}</p>
            </AskDialog>
          )}
        </Page>
      )}
    </Ready>
  );
}

function endOne(account_id: number, session_id: string) {
  const params = { path: { account_id, session_id } };
  return outcome(api.DELETE("/api/admin/accounts/{account_id}/sessions/{session_id}", { params }));
}

function List({ items, ask }: { items: readonly Session[]; ask: (which: Session | "all") => void }) {
  return (
    <>
      <ul class="lines">
        {items.map((session) => (
          <li key={session.id} class="row between">
            <div>
              <p>
                <b>{session.user_agent ?? t("devices.unknown")}</b>
              </p>
              <p class="small muted">
                {t("devices.used", { when: when(session.last_used_at) })}
                {session.address && `, ${session.address}`}
              </p>
              <p class="small muted">{t("devices.since", { when: when(session.created_at) })}</p>
            </div>
            {!session.current && (
              <button type="button" class="button quiet small" onClick={() => ask(session)}>
                {t("devices.end")}
                <span class="unseen"> {session.user_agent ?? t("devices.unknown")}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class="more">
        <button type="button" class="button danger" onClick={() => ask("all")}>
          {t("account_devices.end_all")}
        </button>
      </p>
    </>
  );
}
