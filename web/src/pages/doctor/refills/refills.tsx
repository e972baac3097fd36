/** Requests for refills that the doctor may answer (`?status=`), open ones by default, the longest waiting first. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { Empty } from "../../../ui/Empty";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import type { Done } from "./answer";
import { RefillCard } from "./card";
import "../../../style/portals/doctor.css";

const STATUSES = ["open", "prescribed", "visit_needed", "declined", "withdrawn"] as const;
const EVERY_MS = 60_000;

export default function Refills({ query, account }: OwnProps) {
  const status: Schemas["RefillStatus"] = STATUSES.find((one) => one === query.get("status")) ?? "open";
  const found = usePages(
    (cursor) =>
      outcome(api.GET("/api/doctor/refills", { params: { query: { status, ...(cursor && { cursor }), limit: 50 } } })),
    [status, account.id],
    { every: EVERY_MS },
  );
  const [message, setMessage] = useState<Done | null>(null);
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the pressed button is removed with its request
    if (message) box.current?.focus();
  }, [message]);
  const answered = (done: Done): void => {
    setMessage(done);
    found.again();
  };
  return (
    <Page title={t("doctor_refills.title")} lead={t("doctor_refills.lead")}>
      <div class="filters doctor-refills-filters">
        <Select
          id="status"
          label={t("doctor_refills.status")}
          choices={STATUSES.map((one) => ({ value: one, text: t(`refill.${one}`) }))}
          value={status}
          onValue={(value) => go(withQuery({ status: value === "open" ? null : value }), { replace: true })}
        />
      </div>
      <p class={!message ? "unseen" : message.isError ? "warning" : "done"} role="status" tabIndex={-1} ref={box}>
        {message?.text}
      </p>
      <Ready of={found} empty={<None filtered={status !== "open"} />}>
        {({ items, next_cursor }) => (
          <>
            <p class="muted" role="status">
              {plural(next_cursor ? "doctor_refills.count.first" : "doctor_refills.count", items.length)}
            </p>
            <ul class="plain stack">
              {items.map((one) => (
                <li key={one.id} class="card stack close">
                  <RefillCard of={one} onDone={answered} />
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

function None({ filtered }: { filtered: boolean }) {
  return (
    <Empty>
      <p>{t(filtered ? "doctor_refills.none.status" : "doctor_refills.none")}</p>
      {filtered && <a href={withQuery({ status: null })}>{t("doctor_refills.none.open")}</a>}
    </Empty>
  );
}
