/** Requests for refills for which no doctor is present (`?show=all`: all open ones), and naming a doctor. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { everyDoctor } from "../../../lib/loading/all-pages";
import { useLoad, usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { RefillLine } from "./line";
import "../../../style/portals/admin.css";

const EVERY_MS = 60_000;

export default function Refills({ query }: OwnProps) {
  const all = query.get("show") === "all";
  const found = usePages(
    (cursor) =>
      outcome(
        api.GET("/api/admin/refills", { params: { query: { unowned: !all, ...(cursor && { cursor }), limit: 50 } } }),
      ),
    [all],
    { every: EVERY_MS },
  );
  const doctors = useLoad(() => everyDoctor(), []);
  const [message, setMessage] = useState("");
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the pressed button is removed with its request
    if (message) box.current?.focus();
  }, [message]);
  const given = (now: Schemas["DeskRefill"]): void => {
    setMessage(t("desk_refills.done", { doctor: now.doctor.full_name, name: now.patient.full_name }));
    found.again();
  };
  const tabs = [
    { href: "/admin/refills", text: t("desk_refills.unowned"), current: !all },
    { href: "/admin/refills?show=all", text: t("desk_refills.all"), current: all },
  ];
  return (
    <Page title={t("desk_refills.title")} lead={t("desk_refills.lead")}>
      <Tabs label={t("desk_refills.tabs")} tabs={tabs} />
      <p class={message ? "done" : "unseen"} role="status" tabIndex={-1} ref={box}>
        {message}
      </p>
      <Ready of={found} empty={<None all={all} />}>
        {({ items }) => (
          <>
            {!all && <p>{t("desk_refills.next")}</p>}
            <ul class="lines">
              {items.map((one) => (
                <li key={one.id}>
                  <RefillLine of={one} doctors={doctors.data ?? []} onGiven={given} onStale={found.again} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

function None({ all }: { all: boolean }) {
  return (
    <Empty>
      <p>{t(all ? "desk_refills.none.all" : "desk_refills.none")}</p>
    </Empty>
  );
}
