/** One referral: the next step, and the printable letter. */
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { when } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Page } from "../../../ui/frame/Page";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { ReferralLetter } from "../../../ui/print/ReferralLetter";
import { Ready } from "../../../ui/Ready";
import { booking, sentence } from "./sentence";
import "../../../style/portals/patient.css";

export default function Referral({ params, config }: OwnProps) {
  const path = { referral_id: Number(params.id) };
  const found = useLoad(() => outcome(api.GET("/api/referrals/{referral_id}", { params: { path } })), [params.id]);
  const back = { href: "/referrals", text: t("referral.back") };
  return (
    <Ready of={found} whole>
      {(one) => (
        <Page
          title={t("referral.title")}
          lead={sentence(one)}
          back={back}
          width={one.enclosed?.results.length ? "wide" : "narrow"}
          paper={
            <PrintHead
              config={config}
              about={t("referral.print", { reference: one.reference })}
              patient={one.patient}
            />
          }
        >
          <div class="stack">
            <p class="row no-print">
              <Status kind="referral" status={one.status} />
              <Status kind="urgency" status={one.urgency} />
            </p>
            {one.visit_at && <p class="no-print">{t("letters.visit", { when: when(one.visit_at) })}</p>}
            {one.note && (
              <p class={refused(one) ? "warning no-print" : "info no-print"}>
                {t("referral.note", { note: one.note })}
              </p>
            )}
            <div class="row no-print">
              <Next of={one} />
              <PrintButton />
            </div>
            <ReferralLetter of={one} />
          </div>
        </Page>
      )}
    </Ready>
  );
}

function Next({ of }: { of: Schemas["Referral"] }) {
  const next = booking(of);
  if (next)
    return (
      <p>
        <a class="button" href={next.href}>
          {t(next.say)}
        </a>
      </p>
    );
  if (!refused(of)) return null;
  return (
    <p>
      <a class="button" href={`/doctors/${of.from_doctor.id}`}>
        {t("referral.back_to", { doctor: of.from_doctor.full_name })}
      </a>
    </p>
  );
}

function refused({ status }: Schemas["Referral"]): boolean {
  return status === "declined" || status === "cancelled";
}
