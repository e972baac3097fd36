/** The waiting room: arrived patients in order of arrival, each called in with one press. */

import { possibleFrom } from "../../../lib/clinical/earliest";
import type { Placed } from "../../../lib/desk/board";
import { useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { clock, longWhen } from "../../../lib/time/time";
import { take } from "../visits/visit-actions";
import { type Acts, Since } from "./columns";

export function Waiting({ visits, ...acts }: Acts & { visits: readonly Placed[] }) {
  return (
    <section class="card board-waiting" aria-labelledby="waiting">
      <h2 id="waiting">{t("board.waiting")}</h2>
      {visits.length === 0 && <p class="muted">{t("board.waiting.none")}</p>}
      {visits.length > 0 && (
        <ol>
          {visits.map((visit) => (
            <li key={visit.id} class="row between">
              <span>
                <a href={`/desk/patients/${visit.patient.id}`}>{visit.patient.full_name}</a>{" "}
                {visit.arrived_at && <Since at={visit.arrived_at} />}
                <br />
                <span class="small">
                  {clock(visit.starts_at)} · {visit.doctor.full_name}
                </span>
              </span>
              <CallIn visit={visit} {...acts} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function CallIn({ visit, onChanged, onStale }: Acts & { visit: Placed }) {
  const names = { patient: visit.patient.full_name, when: longWhen(visit.starts_at) };
  const { busy, errors, submit } = useForm(
    () => [],
    () =>
      take(
        {
          visit,
          onDone: (now) =>
            onChanged(now, t("arrangements.changed", { ...names, status: t(`appointment.${now.status}`) })),
          onStale: () => onStale(visit),
        },
        "in_progress",
      ),
  );
  const step = t("arrangements.step.in_progress");
  const from = possibleFrom(visit.starts_at, "in_progress");
  if (from) return <span class="muted small">{t("arrangements.step.from", { step, when: from })}</span>;
  return (
    <span>
      <button
        type="button"
        class="button small"
        aria-disabled={busy}
        aria-label={t("arrangements.step.of", { ...names, step })}
        onClick={submit}
      >
        {step}
      </button>
      {errors[0] && (
        <span class="mistake" role="alert">
          {errors[0].message}
        </span>
      )}
    </span>
  );
}
