/** The columns of an audit event: time, account, action, patients, outcome; names link to their filter. */
import { actionWords, isEmergency, nobody } from "../../../lib/i18n/actions";
import { plural, t, tCode } from "../../../lib/i18n/i18n";
import { withQuery } from "../../../lib/routing/router";
import { when } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Details } from "../../../ui/Details";
import type { Column } from "../../../ui/Table";
import type { AuditEvent } from "./query";

/** The number of names in a row; further ones are counted. */
const NAMED = 3;

export function auditColumns(): Column<AuditEvent>[] {
  return [
    { head: t("trail.when"), cell: ({ at }) => <span class="whole">{when(at)}</span> },
    { head: t("trail.who"), cell: (event) => <PersonName of={event} /> },
    { head: t("trail.what"), cell: (event) => <What of={event} /> },
    { head: t("audit.concerns"), cell: (event) => <Patients of={event} /> },
    { head: t("audit.outcome"), cell: ({ outcome }) => <Outcome of={outcome} /> },
  ];
}

function PersonName({ of: { account, role, action } }: { of: AuditEvent }) {
  if (!account) return <span class="muted">{nobody(action)}</span>;
  return (
    <span>
      <a href={withQuery({ account_id: String(account.id) })}>{named(account)}</a>
      {role && <span class="muted small"> {t(`role.${role}`)}</span>}
    </span>
  );
}

function What({ of: event }: { of: AuditEvent }) {
  const { action, reason, at, members } = event;
  return (
    <div class="audit-what">
      <span>{actionWords(action)}</span>
      {isEmergency(event) && <Chip tone="critical">{t("trail.emergency")}</Chip>}
      {members.includes("overbook") && <Chip tone="no-show">{t("overbooked")}</Chip>}
      {reason && <span class="muted small">{t("trail.reason", { reason })}</span>}
      <details>
        <summary>
          <span aria-hidden="true">{t("audit.details")}</span>
          <span class="unseen">{t("audit.of", { action: actionWords(action), when: when(at) })}</span>
        </summary>
        <More of={event} />
      </details>
    </div>
  );
}

function More({ of: { address, object_id, members, service, action, request_id, seal } }: { of: AuditEvent }) {
  return (
    <Details
      of={[
        [t("audit.address"), address],
        [t("audit.object"), object_id],
        [t("audit.members"), members.join(", ")],
        [t("audit.service"), `${service}, ${action}`],
        [t("audit.request"), request_id],
        [t("audit.seal"), seal ?? t("audit.seal.none")],
      ]}
    />
  );
}

function Patients({ of: { patients } }: { of: AuditEvent }) {
  if (patients.length === 0) return <span class="muted">–</span>;
  const others = patients.length - NAMED;
  return (
    <span>
      {patients.slice(0, NAMED).map((patient, n) => (
        <span key={patient.id}>
          {n > 0 && ", "}
          <a href={withQuery({ patient_id: String(patient.id) })}>{named(patient)}</a>
        </span>
      ))}
      {others > 0 && ` ${plural("audit.more", others)}`}
    </span>
  );
}

function Outcome({ of: outcome }: { of: string }) {
  if (outcome === "ok") return <span>{t("audit.outcome.ok")}</span>;
  return <Chip tone="no-show">{outcomeWords(outcome)}</Chip>;
}

export function outcomeWords(outcome: string): string {
  return tCode("audit.outcome", outcome, t("audit.refused", { code: outcome }));
}

function named({ id, full_name }: { id: number; full_name: string }): string {
  return full_name || t("trail.gone", { id });
}
