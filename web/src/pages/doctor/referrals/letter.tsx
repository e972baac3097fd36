/** One referral: status, actions, and the printable letter. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { withQuery } from "../../../lib/routing/router";
import { dateOnly, when } from "../../../lib/time/time";
import { Chip, Status } from "../../../ui/Chip";
import { Page } from "../../../ui/frame/Page";
import { PrintButton, PrintHead } from "../../../ui/print/PrintHead";
import { ReferralLetter } from "../../../ui/print/ReferralLetter";
import { Ready } from "../../../ui/Ready";
import { FollowUp } from "../follow-up/follow-up";
import { type Message, ReferralActs } from "./actions";
import { loadReferral, type Referral } from "./steps";

type WithEnclosures = Schemas["ReferralLetter"];

export function Letter({ id, config, account }: OwnProps & { id: number }) {
  const found = useLoad(() => loadReferral(id), [id, account.id]);
  return (
    <Ready of={found} whole>
      {(one) => <Shown of={one} me={account.id} put={found.put} again={found.again} config={config} />}
    </Ready>
  );
}

interface Props extends Pick<OwnProps, "config"> {
  of: WithEnclosures;
  me: number;
  put: (now: WithEnclosures) => void;
  again: () => void;
}

function Shown({ of, me, put, again, config }: Props) {
  const [message, setMessage] = useState<Message | null>(null);
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (message) box.current?.focus();
  }, [message]);
  const change = (now: Referral, next: Message): void => {
    put({ ...of, ...now });
    setMessage(next);
  };
  const sent = of.from_doctor.id === me;
  const chart = sent || ["accepted", "booked", "seen", "closed"].includes(of.status);
  return (
    <Page
      title={t("doctor_referrals.letter", { name: of.patient.full_name })}
      back={{ href: withQuery({ id: null }), text: t("doctor_referrals.back") }}
      width={of.enclosed?.results.length ? "wide" : "narrow"}
      paper={
        <PrintHead
          config={config}
          about={t("doctor_referrals.print", { reference: of.reference })}
          patient={of.patient}
        />
      }
    >
      <div class="stack close">
        <p class={!message ? "unseen" : message.isError ? "warning" : "done"} role="status" tabIndex={-1} ref={box}>
          {message?.text}
        </p>
        <p class="row no-print">
          <Status kind="referral" status={of.status} />
          <Status kind="urgency" status={of.urgency} />
          {of.overdue && of.due_on && <Chip tone="critical">{t("letters.late", { day: dateOnly(of.due_on) })}</Chip>}
          {of.visit_at && <span>{t("letters.visit", { when: when(of.visit_at) })}</span>}
          {chart && <a href={`/doctor/patients/${of.patient.id}`}>{t("doctor_referrals.chart")}</a>}
        </p>
        {of.note && <p class="info no-print">{t("doctor_referrals.note", { note: of.note })}</p>}
        <div class="row no-print">
          <ReferralActs of={of} me={me} onChange={change} />
          <PrintButton />
        </div>
        {!sent && of.status === "accepted" && <FollowUp patient={of.patient.id} referral={of.id} onBooked={again} />}
        <ReferralLetter of={of} />
      </div>
    </Page>
  );
}
