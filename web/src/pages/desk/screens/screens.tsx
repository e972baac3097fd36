/** The screens of the waiting rooms: create one, see which ask, revoke one. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { now, when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { type Column, Table } from "../../../ui/Table";
import { MadeScreen, NewScreen } from "./new-screen";
import "../../../style/portals/admin.css";

type Screen = Schemas["Screen"];
type Made = Schemas["NewScreen"];

const EVERY_MS = 15_000;
/** A screen asks every second or two, and the list hears of it twice a minute. */
const SILENT_MS = 60_000;

export default function Screens(_: OwnProps) {
  const found = usePages(
    (cursor) => outcome(api.GET("/api/reception/screens", { params: { query: { ...(cursor && { cursor }) } } })),
    [],
    { every: EVERY_MS },
  );
  const [made, setMade] = useState<Made | null>(null);
  const [asked, setAsked] = useState<Screen | null>(null);
  const [message, setMessage] = useState("");
  return (
    <Page title={t("screens.title")} lead={t("screens.lead")} back={{ href: "/desk/board", text: t("screens.back") }}>
      <div class="stack">
        <p class={message ? "done" : "unseen"} role="status">
          {message}
        </p>
        {made && <MadeScreen of={made} />}
        <section aria-labelledby="screens">
          <h2 id="screens">{t("screens.list")}</h2>
          <Ready of={found} empty={<Empty>{t("screens.none")}</Empty>}>
            {({ items }) => (
              <Table caption={t("screens.list")} columns={columns(setAsked)} rows={items} rowKey={({ id }) => id} />
            )}
          </Ready>
          <More of={found} />
        </section>
        <NewScreen
          onMade={(screen) => {
            setMade(screen);
            setMessage("");
            found.again();
          }}
        />
      </div>
      {asked && (
        <Revoke
          screen={asked}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null);
            if (made?.id === asked.id) setMade(null);
            setMessage(t("screens.revoked", { name: asked.name }));
            found.again();
          }}
        />
      )}
    </Page>
  );
}

function Revoke({ screen, onClose, onDone }: { screen: Screen; onClose: () => void; onDone: () => void }) {
  const send = async () => {
    const params = { path: { screen_id: screen.id } };
    const done = await outcome(api.PUT("/api/reception/screens/{screen_id}/revoke", { params }));
    if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
    onDone();
    return [];
  };
  return (
    <AskDialog
      title={t("screens.revoke.of", { name: screen.name })}
      keep={t("screens.revoke.keep")}
      act={t("screens.revoke")}
      busy={t("screens.revoking")}
      danger
      onClose={onClose}
      send={send}
    >
      <p>{t("screens.revoke.about")}</p>
    </AskDialog>
  );
}

function columns(ask: (screen: Screen) => void): Column<Screen>[] {
  return [
    { head: t("screens.name"), cell: ({ name }) => <b>{name}</b> },
    {
      head: t("screens.of"),
      cell: ({ doctors }) => doctors.map(({ full_name }) => full_name).join(", ") || t("screens.all_doctors"),
    },
    { head: t("screens.language"), cell: ({ language }) => t(`screens.language.${language}`) },
    {
      head: t("screens.seen"),
      cell: ({ last_seen_at }) => (last_seen_at ? when(last_seen_at) : t("screens.seen.never")),
    },
    { head: t("screens.state"), cell: stateOf },
    {
      head: t("screens.act"),
      cell: (screen) =>
        !screen.revoked_at && (
          <button
            type="button"
            class="button quiet small"
            aria-label={t("screens.revoke.of", { name: screen.name })}
            onClick={() => ask(screen)}
          >
            {t("screens.revoke")}
          </button>
        ),
    },
  ];
}

function stateOf({ revoked_at, last_seen_at }: Screen): string {
  if (revoked_at) return t("screens.off", { when: when(revoked_at) });
  const isSilent = last_seen_at === null || now() - Date.parse(last_seen_at) > SILENT_MS;
  return t(isSilent ? "screens.silent" : "screens.on");
}
