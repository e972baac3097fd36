/** Alerts of medicines: each with kind, severity in a word and a sign, why, its source and the reason for prescribing. */
import type { Schemas } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { Field } from "../../../ui/forms/Field";
import { type Alert, asksReason, type Check } from "./check";
import type { Item } from "./items";

type Record = Schemas["PrescriptionCheck"];

/** Signs beside the words: an octagon, a triangle, a circle. */
const SIGNS = {
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16v.5",
  warn: "M12 4l9 16H3zM12 10v4M12 17v.5",
  inform: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.5",
} as const;
/** The most characters of a reason. */
const LONGEST = 200;

export interface Reasons {
  of: (key: string) => string;
  put: (key: string, reason: string) => void;
}

interface Props {
  check: Check;
  items: readonly Item[];
  /** The medicine on the form; null: alerts that belong to none of them. */
  n: number | null;
  reasons: Reasons;
  errors: readonly Mistake[];
}

/** The alerts of one medicine of the form. */
export function Alerts({ check, items, n, reasons, errors }: Props) {
  const asking = check.alerts.filter(asksReason);
  const shown = check.alerts.filter((alert) => placeOf(alert, items) === n);
  return (
    shown.length > 0 && (
      <ul class="alerts" aria-label={t("alerts.label")}>
        {shown.map((alert) => (
          <li key={alert.key} class={`alert ${alert.severity}`}>
            <Head alert={alert} />
            {asksReason(alert) && (
              <Reason alert={alert} id={reasonId(asking.indexOf(alert))} reasons={reasons} errors={errors} />
            )}
          </li>
        ))}
      </ul>
    )
  );
}

/** The first medicine that an alert is about. */
export function placeOf({ medicine }: Alert, items: readonly Item[]): number | null {
  const place = items.findIndex((item) => item.medicine.trim() === medicine);
  return place < 0 ? null : place;
}

/** The id of a reason: its path in the API's refusals. */
export function reasonId(n: number): string {
  return `overrides.${n}.reason`;
}

interface ReasonProps extends Pick<Props, "reasons" | "errors"> {
  alert: Alert;
  id: string;
}

function Reason({ alert, id, reasons, errors }: ReasonProps) {
  const { key, kind, medicine, against } = alert;
  return (
    <>
      <Field
        id={id}
        label={t("alerts.reason", { medicine })}
        hint={t(kind === "dose" ? "alerts.reason.hint.dose" : "alerts.reason.hint", { against })}
        value={reasons.of(key)}
        onValue={(reason) => reasons.put(key, reason)}
        mistakes={errors}
        input={{ maxLength: LONGEST }}
      />
      {kind === "duplicate" && reasons.of(key) === "" && (
        <button type="button" class="link" onClick={() => reasons.put(key, t("alerts.continues"))}>
          {t("alerts.continues")}
        </button>
      )}
    </>
  );
}

function Head({ alert }: { alert: Alert }) {
  const { kind, severity, medicine, against, why, source } = alert;
  return (
    <>
      <p class="alert-head">
        <svg class="icon" width="20" height="20" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
          <path d={SIGNS[severity]} />
        </svg>
        <b>
          {t(`alerts.${severity}`)}: {t(`alerts.${kind}`)}
        </b>
      </p>
      <p>{t(kind === "dose" ? "alerts.about.dose" : "alerts.about", { medicine, against })}</p>
      <p>{inLanguage(why)}</p>
      <p class="small">{t("alerts.source", { source })}</p>
    </>
  );
}

/** Always on the page, so that screen readers announce the number of alerts and a check that failed. */
export function CheckState({ check }: { check: Check }) {
  const { alerts, state, again } = check;
  return (
    <>
      <p class="unseen" role="status">
        {state === "done" && alerts.length > 0 && plural("alerts.count", alerts.length)}
      </p>
      {state === "failed" && (
        <p class="warning row between">
          {t("alerts.failed")}
          <button type="button" class="link" onClick={again}>
            {t("alerts.again")}
          </button>
        </p>
      )}
    </>
  );
}

/** Texts that the rules do not know. */
export function NotChecked({ of }: { of: readonly Schemas["Unchecked"][] }) {
  return (
    of.length > 0 && (
      <div class="info stack close">
        <p class="strong">{t("alerts.unchecked")}</p>
        <ul>
          {of.map(({ text, reason }) => (
            <li key={reason + text}>{t(`alerts.unchecked.${reason}`, { text })}</li>
          ))}
        </ul>
      </div>
    )
  );
}

/** The check of a written prescription, for doctors; it is not on the patient's paper. */
export function CheckRecord({ of }: { of: Record }) {
  return (
    <section class="stack close no-print" aria-labelledby="check-title">
      <h2 id="check-title">{t("alerts.record")}</h2>
      {of.alerts.length === 0 && <p class="muted">{t("alerts.record.none")}</p>}
      <ul class="alerts">
        {of.alerts.map((alert) => (
          <li key={alert.key} class={`alert ${alert.severity}`}>
            <Head alert={alert} />
            {alert.reason && <p class="strong">{t("alerts.record.reason", { reason: alert.reason })}</p>}
          </li>
        ))}
      </ul>
      <NotChecked of={of.unchecked} />
      <p class="muted small">{t("alerts.record.version", { version: of.rules_version })}</p>
    </section>
  );
}
