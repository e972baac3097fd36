/** Referrals with their target and next step. */
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { InEmergency } from "../../../ui/print/PrintHead";
import { Ready } from "../../../ui/Ready";
import { booking, sentence, target } from "./sentence";
import "../../../style/portals/patient.css";

export default function Referrals(_: OwnProps) {
  const found = usePages(
    (cursor) => outcome(api.GET("/api/referrals", { params: { query: cursor ? { cursor } : {} } })),
    [],
  );
  return (
    <Page title={t("referrals.title")} lead={t("referrals.lead")}>
      <Ready of={found} empty={<Empty>{t("referrals.none")}</Empty>}>
        {({ items }) => (
          <ul class="cards">
            {items.map((one) => (
              <li key={one.id} class="card stack">
                <Card of={one} />
              </li>
            ))}
          </ul>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

function Card({ of }: { of: Schemas["Referral"] }) {
  const next = booking(of);
  return (
    <>
      <div>
        <h2 class="card-title">
          <a href={`/referrals/${of.id}`}>{t("referrals.to", { to: target(of) })}</a>
        </h2>
        <p>{sentence(of)}</p>
        <InEmergency of={of} />
        {next && (
          <p class="card-act">
            <a class="button" href={next.href}>
              {t(next.say)}
            </a>
          </p>
        )}
      </div>
      <div class="row between card-foot">
        <p class="muted small">{dateOnly(dayOf(of.created_at))}</p>
        <p class="row">
          {of.urgency !== "routine" && <Status kind="urgency" status={of.urgency} />}
          <Status kind="referral" status={of.status} />
        </p>
      </div>
    </>
  );
}
