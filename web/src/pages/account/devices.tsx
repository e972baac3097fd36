/** The list of signed-in devices, with buttons that end one session or all others. */
import { useRef, useState } from "preact/hooks";
import { api, type Outcome, outcome, type Schemas } from "../../api/client";
import { type Mistake, mistakes } from "../../lib/forms/form";
import { plural, t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { when } from "../../lib/time/time";
import { AskDialog } from "../../ui/AskDialog";
import { Chip } from "../../ui/Chip";
import { Ready } from "../../ui/Ready";

type Session = Schemas["Session"];

export function Devices() {
  const sessions = useLoad(everySession, []);
  const [selected, setSelected] = useState<readonly Session[]>([]);
  const [ended, setEnded] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);
  const end = async (): Promise<Mistake[]> => {
    for (const { id } of selected) {
      const path = { session_id: id };
      const gone = await outcome(api.DELETE("/auth/sessions/{session_id}", { params: { path } }));
      // a session that ended meanwhile is no failure
      if (!gone.ok && gone.problem.code !== "not_found") return mistakes(gone.problem, gone.retryAfter, []);
    }
    setEnded(selected.length);
    setSelected([]);
    sessions.again();
    // the button that opened the dialog is gone, so focus goes to the heading
    requestAnimationFrame(() => heading.current?.focus());
    return [];
  };
  return (
    <section class="section account-section" aria-labelledby="devices-heading">
      <h2 id="devices-heading" tabIndex={-1} ref={heading}>
        {t("devices")}
      </h2>
      <p>{t("devices.about")}</p>
      <div role="status">{ended > 0 && <p class="done">{plural("devices.ended", ended)}</p>}</div>
      <Ready of={sessions}>{(all) => <List all={all} ask={setSelected} />}</Ready>
      {selected.length > 0 && (
        <AskDialog
          title={selected.length === 1 ? t("devices.ask") : plural("devices.ask_all", selected.length)}
          keep={t("devices.keep")}
          act={t("devices.end")}
          busy={t("devices.busy")}
          danger
          onClose={() => setSelected([])}
          send={end}
        >
          {selected.length === 1 && selected[0] && <p class="strong">{named(selected[0])}</p>}
          <p>{t("devices.ask.about")}</p>
        </AskDialog>
      )}
    </section>
  );
}

function List({ all, ask }: { all: readonly Session[]; ask: (which: readonly Session[]) => void }) {
  const others = all.filter(({ current }) => !current);
  return (
    <>
      <ul class="lines devices">
        {[...all.filter(({ current }) => current), ...others].map((session) => (
          <li key={session.id}>
            <div>
              <p class="row">
                <b>{named(session)}</b>
                {session.current && <Chip tone="confirmed">{t("devices.this")}</Chip>}
              </p>
              <p class="small muted">
                {t("devices.used", { when: when(session.last_used_at) })}
                {session.address && `, ${session.address}`}
              </p>
              <p class="small muted">{t("devices.since", { when: when(session.created_at) })}</p>
            </div>
            {!session.current && (
              <button type="button" class="button quiet small" onClick={() => ask([session])}>
                {t("devices.end")}
                <span class="unseen"> {named(session)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <p class="more">
          <button type="button" class="button quiet" onClick={() => ask(others)}>
            {t("devices.end_others")}
          </button>
        </p>
      )}
    </>
  );
}

function named({ user_agent }: Session): string {
  const [browser = "", system] = (user_agent ?? t("devices.unknown")).split(" on ");
  return system ? t("devices.name", { browser, system }) : browser;
}

/** All sessions, page by page: the current one need not be on the first page. */
export async function everySession(): Promise<Outcome<Session[], object>> {
  const items: Session[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Outcome<Schemas["Sessions"], object> = await sessionsFrom(cursor);
    if (!page.ok) return page;
    items.push(...page.data.items);
    cursor = page.data.next_cursor;
    if (cursor === null) return { ok: true, data: items };
  }
}

function sessionsFrom(cursor: string | null) {
  const query = { limit: 100, ...(cursor && { cursor }) };
  return outcome(api.GET("/auth/sessions", { params: { query } }));
}
