/** A patient's visits, upcoming or past (`?when=`). */

import { useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { longWhen, span } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Table } from "../../../ui/Table";
import { Tabs } from "../../../ui/Tabs";
import { Tel } from "../../../ui/Tel";
import "../../../style/portals/patient.css";
import { changing, type Visit } from "./visit";
import { againHref } from "./visit-outcome";
import { Done, MoveAndCancel } from "./visit-parts";

export default function Appointments({ query, config, account }: OwnProps) {
  const when = query.get("when") === "past" ? "past" : "upcoming";
  const visits = usePages(
    (cursor) => outcome(api.GET("/api/appointments", { params: { query: { when, ...(cursor && { cursor }) } } })),
    [account.id, when],
  );
  const [cancelled, setCancelled] = useState<Visit | null>(null);
  const onChange = (visit: Visit, byReader: boolean): void => {
    if (byReader) setCancelled(visit);
    if (!visits.data) return;
    visits.put({ ...visits.data, items: visits.data.items.map((one) => (one.id === visit.id ? visit : one)) });
  };
  const tab = (name: typeof when) => ({
    href: `/appointments?when=${name}`,
    text: t(`visits.${name}`),
    current: when === name,
  });
  return (
    <Page
      title={t("nav.appointments")}
      actions={
        <a class="button" href="/doctors">
          {t("visits.book")}
        </a>
      }
    >
      <Tabs label={t("visits.tabs")} tabs={[tab("upcoming"), tab("past")]} />
      {cancelled && (
        <div class="said">
          <Done key={cancelled.id}>{t("cancel.done", { reference: cancelled.reference })}</Done>
        </div>
      )}
      <Ready of={visits} empty={<None when={when} />}>
        {({ items }) => (
          <>
            <Table
              caption={t(`visits.${when}`)}
              columns={columns(when, config, onChange)}
              rows={items}
              rowKey={({ id }) => id}
            />
            <More of={visits} />
          </>
        )}
      </Ready>
    </Page>
  );
}

function None({ when }: { when: "upcoming" | "past" }) {
  return (
    <Empty>
      <p>{t(`visits.none.${when}`)}</p>
      <a class="button" href="/doctors">
        {t("visits.book")}
      </a>
    </Empty>
  );
}

function columns(when: "upcoming" | "past", config: OwnProps["config"], onChange: (visit: Visit, by: boolean) => void) {
  const named = (visit: Visit): string => `${visit.doctor.full_name}, ${longWhen(visit.starts_at)}`;
  return [
    {
      head: t("visits.when"),
      cell: (visit: Visit) => (
        <span>
          <a class="strong" href={`/appointments/${visit.id}`}>
            {span(visit.starts_at, visit.ends_at)}
          </a>
        </span>
      ),
    },
    {
      head: t("visits.doctor"),
      cell: ({ doctor }: Visit) => (
        <span>
          {doctor.full_name} <span class="small muted">{specialtyName(doctor)}</span>
        </span>
      ),
    },
    { head: t("visits.place"), cell: ({ place }: Visit) => place ?? config.hospital },
    { head: t("visits.status"), cell: ({ status }: Visit) => <Status kind="appointment" status={status} /> },
    {
      head: t("visits.acts"),
      cell: (visit: Visit) => (
        <span class="row">
          {changing(visit, config) === "here" && (
            <MoveAndCancel visit={visit} onChange={onChange} about={named(visit)} />
          )}
          {changing(visit, config) === "phone" && (
            <span class="small">
              {t("visits.phone")} {config.phone && <Tel number={config.phone} />}
            </span>
          )}
          {when === "past" && (
            <a
              class="button quiet small"
              href={againHref(visit.doctor)}
              aria-label={t(visit.doctor.bookable ? "visits.again.named" : "visits.colleagues.named", {
                doctor: visit.doctor.full_name,
              })}
            >
              {t(visit.doctor.bookable ? "visits.again" : "visit.colleagues")}
            </a>
          )}
        </span>
      ),
    },
  ];
}
