/** A patient's record as a list with the day beside each entry: visits, prescriptions, referrals, results. */

import type { ComponentChildren } from "preact";
import type { Schemas } from "../../../api/client";
import { frequencyText } from "../../../lib/clinical/dosing";
import { type Key, plural, t } from "../../../lib/i18n/i18n";
import { receiverName } from "../../../lib/i18n/in-languages";
import { dateOnly, dayOf, now } from "../../../lib/time/time";
import { Status } from "../../../ui/Chip";
import { Empty } from "../../../ui/Empty";
import { InEmergency } from "../../../ui/print/PrintHead";
import { SignedText } from "../visit/signed-text";
import { Fold } from "./fold";
import { type Chart, type Entry, entriesOf, type Kind } from "./record";
import { ResultEntry } from "./record-result";

interface Props {
  chart: Chart;
  kinds: readonly Kind[];
  /** The signed-in doctor; own entries link to their pages. */
  me: number;
}

export function RecordList({ chart, kinds, me }: Props) {
  const entries = entriesOf(chart, kinds);
  if (entries.length === 0)
    return (
      <Empty>
        <p>{t(kinds.length === 1 ? (`record.none.${kinds[0]}` as Key) : "record.none")}</p>
      </Empty>
    );
  const ahead = entries.filter(isAhead);
  const others = entries.filter((entry) => !isAhead(entry));
  return (
    <div class="stack close">
      {ahead.length > 0 && (
        <Fold title={plural("record.ahead", ahead.length)}>
          <List entries={ahead.toReversed()} chart={chart} kinds={kinds} me={me} />
        </Fold>
      )}
      <List entries={others} chart={chart} kinds={kinds} me={me} />
    </div>
  );
}

/** Whether an entry is a visit that is still expected: in the future, and booked or confirmed. */
function isAhead(entry: Entry): boolean {
  if (entry.kind !== "visits" || Date.parse(entry.at) <= now()) return false;
  return entry.of.status === "booked" || entry.of.status === "confirmed";
}

function List({ entries, chart, kinds, me }: Props & { entries: readonly Entry[] }) {
  return (
    <ol class="record">
      {entries.map((entry) => (
        <li key={`${entry.kind} ${entry.of.id}`}>
          <p class="record-at">
            <b>{dateOnly(dayOf(entry.at))}</b>
            {kinds.length > 1 && <span class="muted small">{t(`record.${entry.kind}`)}</span>}
          </p>
          <div class="record-what">
            <What entry={entry} chart={chart} me={me} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function What({ entry, chart, me }: { entry: Entry; chart: Chart; me: number }) {
  if (entry.kind === "visits") return <VisitEntry of={entry.of} me={me} />;
  if (entry.kind === "prescriptions") return <PrescriptionEntry of={entry.of} />;
  if (entry.kind === "referrals") return <ReferralEntry of={entry.of} />;
  return <ResultEntry of={entry.of} chart={chart} />;
}

/** The first line of an entry; a link if the doctor may open it. */
function Head({ href, title, children }: { href: string | null; title: string; children: ComponentChildren }) {
  return (
    <p class="row record-head">
      {href ? (
        <a class="strong" href={href}>
          {title}
        </a>
      ) : (
        <b>{title}</b>
      )}
      {children}
    </p>
  );
}

function VisitEntry({ of, me }: { of: Schemas["ChartVisit"]; me: number }) {
  const own = of.doctor.id === me;
  return (
    <>
      <Head
        href={own ? `/doctor/visits/${of.id}` : null}
        title={own ? t("record.visit.own") : t("record.visit", { doctor: of.doctor.full_name })}
      >
        <Status kind="appointment" status={of.status} />
      </Head>
      {of.reason && <p class="muted">{of.reason}</p>}
      {of.note && <p>{of.note}</p>}
      {of.notes?.status === "signed" && <SignedText notes={of.notes} />}
      {of.notes?.status === "draft" && of.notes.text && (
        <>
          <p class="written">{of.notes.text}</p>
          <p class="muted small">{t("record.draft")}</p>
        </>
      )}
    </>
  );
}

function PrescriptionEntry({ of }: { of: Schemas["Prescription"] }) {
  return (
    <>
      <Head
        href={`/doctor/prescriptions/${of.id}?patient=${of.patient.id}`}
        title={t("record.prescription", { doctor: of.doctor.full_name })}
      >
        <Status kind="prescription" status={of.status} />
      </Head>
      <ul class="plain">
        {of.items.map(({ medicine, dose, frequency }) => (
          <li key={medicine + dose}>
            {medicine} <span class="muted">{t("sheet.take", { dose, frequency: frequencyText(frequency) })}</span>
          </li>
        ))}
      </ul>
      <InEmergency of={of} />
      {of.override_reason && <p class="small">{t("record.override", { reason: of.override_reason })}</p>}
      {of.check?.alerts.map(
        ({ key, medicine, against, reason }) =>
          reason && (
            <p key={key} class="small">
              {t("record.answered", { medicine, against, reason })}
            </p>
          ),
      )}
      {of.stopped_by && of.stopped_by.id !== of.doctor.id && (
        <p class="small">{t("record.stopped.by", { doctor: of.stopped_by.full_name })}</p>
      )}
      {of.stop_reason && <p class="small">{t("record.stopped", { reason: of.stop_reason })}</p>}
    </>
  );
}

function ReferralEntry({ of }: { of: Schemas["Referral"] }) {
  const to = of.to_doctor?.full_name ?? receiverName(of) ?? of.to_external ?? "";
  return (
    <>
      <Head href={null} title={t("record.referral", { to, doctor: of.from_doctor.full_name })}>
        <Status kind="referral" status={of.status} />
        {of.urgency !== "routine" && <Status kind="urgency" status={of.urgency} />}
      </Head>
      <p class="muted">{of.reason}</p>
      <InEmergency of={of} />
      {of.note && <p>{of.note}</p>}
    </>
  );
}
