/** The access log of the patient's record by day; `?own=1` includes their own. */
import { api, outcome, type Schemas } from "../../../api/client";
import { actionWords, isEmergency, nobody } from "../../../lib/i18n/actions";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
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

export default function AccessLog({ config, query, account }: OwnProps) {
  const own = query.get("own") === "1";
  const found = usePages(
    (cursor) => {
      const wanted = { limit: 30, ...(own && { own }), ...(cursor && { cursor }) };
      return outcome(api.GET("/api/me/access-log", { params: { query: wanted } }));
    },
    [own],
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
      <Ready of={found} empty={<Empty>{t("access.none")}</Empty>}>
        {({ items }) =>
          byDay(items).map(([day, some]) => (
            <section key={day} class="trail-day" aria-label={longDay(day)}>
              <h2>{longDay(day)}</h2>
              <ol class="trail">
                {some.map((one) => (
                  <Look key={one.id} of={one} me={account.id} />
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

function Look({ of: one, me }: { of: Access; me: number }) {
  const { at, by, role, action, reason } = one;
  const emergency = isEmergency(one);
  return (
    <li class={emergency ? "trail-emergency" : undefined}>
      <time dateTime={at}>{clock(at)}</time>
      <div>
        <p>
          <b>{by?.id === me ? t("access.you") : by ? named(by) : nobody(action)}</b>
          {role && by?.id !== me && <span class="muted">, {t(`role.${role}`)}</span>}
        </p>
        <p>{actionWords(action)}</p>
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
