/** The access log of the patient's record: by day one line per person and act, emergencies on top; `?own=1` includes their own. */
import { api, outcome, type Schemas } from "../../../api/client";
import { actionWords, isEmergency, nobody } from "../../../lib/i18n/actions";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad, usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { clock, type Day, dateOnly, dayOf, longDay, today } from "../../../lib/time/time";
import "../../../style/portals/patient.css";
import "../../../style/portals/access-log.css";
import { Chip } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { Tel } from "../../../ui/Tel";

type Access = Schemas["Access"];

const EMERGENCIES = 100;

export default function AccessLog({ config, query, account }: OwnProps) {
  const own = query.get("own") === "1";
  const found = usePages(
    (cursor) => {
      const wanted = { limit: 100, ...(own && { own }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/me/access-log", { params: { query: wanted } }));
    },
    [own],
  );
  const emergency = { emergency: true, limit: EMERGENCIES };
  const openings = useLoad(
    () => outcome(api.GET("/api/me/access-log", { params: { query: emergency } })),
    [account.id],
  );
  return (
    <Page
      title={t("access.title")}
      lead={t("access.lead")}
      width="narrow"
      actions={<PrintButton />}
      paper={<PrintHead config={config} about={t("access.print", { day: dateOnly(today()) })} patient={account} />}
    >
      <Tabs
        label={t("access.tabs")}
        tabs={[
          { href: "/access-log", text: t("access.others"), current: !own },
          { href: "/access-log?own=1", text: t("access.all"), current: own },
        ]}
      />
      <Ready of={openings}>{({ items }) => <Openings items={items} me={account.id} />}</Ready>
      <Ready of={found} empty={<Empty>{t("access.none")}</Empty>}>
        {({ items }) =>
          byDay(items).map(([day, some]) => (
            <section key={day} class="trail-day" aria-label={longDay(day)}>
              <h2>{longDay(day)}</h2>
              <ol class="trail">
                {lines(some).map((line) => (
                  <Look key={line.last.id} of={line} me={account.id} />
                ))}
              </ol>
            </section>
          ))
        }
      </Ready>
      <More of={found} />
      <div class="section stack close small muted">
        <p>{t("access.emergency")}</p>
        {config.phone ? (
          <p>
            {t("access.ask.phone")} <Tel number={config.phone} />
          </p>
        ) : (
          <p>{t("access.ask")}</p>
        )}
      </div>
    </Page>
  );
}

/** The emergency openings of all days; none is announced where there is none. */
function Openings({ items, me }: { items: readonly Access[]; me: number }) {
  if (items.length === 0) return null;
  return (
    <section class="trail-day" aria-labelledby="openings">
      <h2 id="openings">{plural("access.openings", items.length)}</h2>
      <ol class="trail">
        {items.map((one) => (
          <Look key={one.id} of={{ first: one, last: one, count: 1 }} me={me} withDay />
        ))}
      </ol>
    </section>
  );
}

/** The accesses of one person with one action and reason on one day. */
export interface Line {
  first: Access;
  last: Access;
  count: number;
}

/** Accesses of one day, newest first, as lines; the line with the newest access comes first. */
export function lines(accesses: readonly Access[]): Line[] {
  const found = new Map<string, Line>();
  for (const one of accesses) {
    const key = JSON.stringify([one.by?.id, one.role, one.action, one.reason]);
    const line = found.get(key);
    if (line) Object.assign(line, { first: one, count: line.count + 1 });
    else found.set(key, { first: one, last: one, count: 1 });
  }
  return [...found.values()];
}

function Look({ of: { first, last, count }, me, withDay }: { of: Line; me: number; withDay?: boolean }) {
  const { at, by, role, action, reason } = last;
  const emergency = isEmergency(last);
  const from = clock(first.at);
  const to = clock(at);
  return (
    <li class={emergency ? "trail-emergency" : undefined}>
      <time dateTime={at}>{withDay ? dateOnly(dayOf(at)) : from === to ? to : t("access.between", { from, to })}</time>
      <div>
        <p>
          <b>{by?.id === me ? t("access.you") : by ? named(by) : nobody(action)}</b>
          {role && by?.id !== me && <span class="muted">, {t(`role.${role}`)}</span>}
        </p>
        <p>
          {actionWords(action)} {count > 1 && <span class="muted">{plural("access.times", count)}</span>}
        </p>
        {emergency && (
          <p>
            <Chip tone="critical">{t("trail.emergency")}</Chip>
          </p>
        )}
        {reason && <p class="trail-reason">{t("trail.reason", { reason })}</p>}
      </div>
    </li>
  );
}

function named(by: Schemas["Person"]): string {
  return by.full_name || t("trail.gone", { id: by.id });
}

/** Grouped by clinic day, in the given order. */
export function byDay<T extends { at: string }>(items: readonly T[]): [Day, T[]][] {
  const days = new Map<Day, T[]>();
  for (const one of items) {
    const day = dayOf(one.at);
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  return [...days];
}
