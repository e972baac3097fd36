/** Mails and text messages about visits (`?show=failed|waiting|sent|withdrawn|all`, `&appointment_id=&patient_id=`); first the patients to call. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { idOf } from "../../../lib/loading/all-pages";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tabs } from "../../../ui/Tabs";
import { NoticeLine } from "./line";
import "../../../style/portals/admin.css";

const EVERY_MS = 30_000;
const SHOWN = ["call", "failed", "waiting", "sent", "withdrawn", "all"] as const;

export default function Notices({ query }: OwnProps) {
  const show = SHOWN.find((one) => one === query.get("show")) ?? "call";
  const appointment_id = idOf(query.get("appointment_id"));
  const patient_id = idOf(query.get("patient_id"));
  const found = usePages(
    (cursor) => {
      const wanted = {
        ...(show === "call" && { to_call: true }),
        ...(show !== "call" && show !== "all" && { state: show }),
        ...(appointment_id && { appointment_id }),
        ...(patient_id && { patient_id }),
        ...(cursor && { cursor }),
      };
      return outcome(api.GET("/api/reception/notices", { params: { query: wanted } }));
    },
    [show, appointment_id, patient_id],
    { every: EVERY_MS },
  );
  const [message, setMessage] = useState("");
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the pressed button is removed with its line
    if (message) box.current?.focus();
  }, [message]);
  const changed = (text: string): void => {
    setMessage(text);
    found.again();
  };
  const tabs = SHOWN.map((one) => ({
    text: t(`notices.show.${one}`),
    href: withQuery({ show: one === "call" ? null : one }),
    current: one === show,
  }));
  const isOfOne = appointment_id !== null || patient_id !== null;
  return (
    <Page title={t("notices.title")} lead={t("notices.lead")}>
      <Tabs label={t("notices.tabs")} tabs={tabs} />
      {isOfOne && (
        <p class="row">
          {t(appointment_id === null ? "notices.one_patient" : "notices.one_visit")}{" "}
          <a href={withQuery({ appointment_id: null, patient_id: null })}>{t("notices.all_patients")}</a>
        </p>
      )}
      <p class={message ? "done" : "unseen"} role="status" tabIndex={-1} ref={box}>
        {message}
      </p>
      <Ready of={found} empty={<Empty>{t(show === "call" ? "notices.none.call" : "notices.none")}</Empty>}>
        {({ items }) => (
          <ul class="lines">
            {items.map((one) => (
              <li key={one.id}>
                <NoticeLine of={one} onChanged={changed} onStale={found.again} />
              </li>
            ))}
          </ul>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}
