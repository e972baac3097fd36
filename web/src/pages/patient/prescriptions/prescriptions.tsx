/** Prescriptions: current, or past (`?tab=past`). */

import { api, outcome, type Schemas } from "../../../api/client";
import { frequencyText } from "../../../lib/clinical/dosing";
import { t } from "../../../lib/i18n/i18n";
import { useLoad, usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import "../../../style/portals/patient.css";

type Prescription = Schemas["Prescription"];

export default function Prescriptions({ query }: OwnProps) {
  const past = query.get("tab") === "past";
  const ask = { ...(!past && { status: "active" as const }) };
  const found = usePages(
    (cursor) =>
      outcome(api.GET("/api/prescriptions", { params: { query: { ...ask, ...(cursor && { cursor }), limit: 50 } } })),
    [past],
  );
  // separate, so that the list is shown if it fails
  const refills = useLoad(() => outcome(api.GET("/api/refills", { params: { query: { limit: 100 } } })), []);
  const tabs = [
    { href: "/prescriptions", text: t("prescriptions.current"), current: !past },
    { href: "/prescriptions?tab=past", text: t("prescriptions.past"), current: past },
  ];
  return (
    <Page title={t("prescriptions.title")} lead={t("prescriptions.lead")} actions={<Certificates />}>
      <Tabs label={t("prescriptions.tabs")} tabs={tabs} />
      <Ready of={found}>
        {({ items }) => (
          <List
            of={items.filter((one) => (one.status === "active") !== past)}
            past={past}
            refills={refills.data?.items ?? []}
          />
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

function Certificates() {
  return (
    <a class="button quiet" href="/certificates">
      {t("prescriptions.certificates")}
    </a>
  );
}

interface ListProps {
  of: readonly Prescription[];
  past: boolean;
  refills: readonly Schemas["Refill"][];
}

function List({ of, past, refills }: ListProps) {
  if (of.length === 0) return <Empty>{t(past ? "prescriptions.none.past" : "prescriptions.none")}</Empty>;
  return (
    <ul class="cards">
      {of.map((one) => (
        <li key={one.id} class="card stack">
          {one.items.map((item) => (
            <div key={`${item.medicine} ${item.dose}`}>
              <h2 class="card-title">
                <a href={`/prescriptions/${one.id}`}>{item.medicine}</a>
              </h2>
              <p>{t("prescriptions.dose", { dose: item.dose, frequency: frequencyText(item.frequency) })}</p>
            </div>
          ))}
          <div class="row between card-foot">
            <p class="muted small">
              {until(one)}
              <br />
              {one.doctor.full_name}
            </p>
            {past && <Status kind="prescription" status={one.status} />}
            <RefillLine of={one} refills={refills} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The state of the newest request, or the way to one. */
function RefillLine({ of, refills }: { of: Prescription; refills: ListProps["refills"] }) {
  const newest = refills.find(({ prescription }) => prescription.id === of.id);
  if (newest && newest.status !== "withdrawn")
    return (
      <p class="small">
        {t("refill.title")}: <Status kind="refill" status={newest.status} />
      </p>
    );
  if (of.status === "stopped") return null;
  return (
    <a class="button quiet small" href={`/prescriptions/${of.id}#refill`}>
      {t("refill.ask")}
      <span class="unseen">: {of.items[0]?.medicine}</span>
    </a>
  );
}

function until(one: Prescription): string {
  if (one.stopped_at) return t("prescriptions.stopped", { day: dateOnly(dayOf(one.stopped_at)) });
  const day = dateOnly(one.last_day);
  return t(one.status === "ended" ? "prescriptions.ended" : "prescriptions.until", { day });
}
