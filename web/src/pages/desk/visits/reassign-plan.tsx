/** The editable plan of new times; its visits are then moved one after the other. */
import { useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { type Arrangement, moveHref, rearrange } from "../../../lib/desk/arrangements";
import { type Mistake, useSubmit } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { clock, type Day, dayOf, longDay, longWhen, shortDay } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Table } from "../../../ui/Table";
import { choices, propose, type Slot } from "./propose-times";

interface Props {
  visits: readonly Arrangement[];
  free: readonly Slot[];
  substitute: Schemas["DeskDoctor"] | null;
  day: Day;
}
type Refused = { message: Mistake["message"]; alternatives: readonly string[] };

export function Plan({ visits, free, substitute, day }: Props) {
  const [plan, setPlan] = useState(() => propose(visits, free));
  const [moved, setMoved] = useState<readonly { was: Arrangement; now: Arrangement }[]>([]);
  const [refused, setRefused] = useState<ReadonlyMap<number, Refused>>(new Map());
  const [progress, setProgress] = useState("");
  const ended = useRef<HTMLParagraphElement>(null);
  const left = visits.filter(({ id }) => !moved.some(({ was }) => was.id === id));
  const going = left.filter(({ id }) => plan.get(id));

  const { busy, submit } = useSubmit(async () => {
    if (!substitute || going.length === 0) return;
    const failed = new Map<number, Refused>();
    for (const [n, visit] of going.entries()) {
      setProgress(t("reassign.progress", { count: n + 1, total: going.length }));
      const starts_at = plan.get(visit.id)?.starts_at ?? visit.starts_at;
      const done = await rearrange(visit, { starts_at, doctor_id: substitute.id });
      if (done.ok) setMoved((before) => [...before, { was: visit, now: done.data }]);
      else failed.set(visit.id, refusal(done.problem, done.retryAfter));
    }
    setRefused(failed);
    setPlan((before) => new Map([...before].map(([id, slot]) => [id, failed.has(id) ? null : slot])));
    setProgress(t("reassign.ended", { moved: going.length - failed.size, total: going.length }));
    ended.current?.focus();
  });

  const columns = [
    { head: t("reassign.now"), cell: ({ starts_at }: Arrangement) => <b>{clock(starts_at)}</b> },
    { head: t("arrangements.patient"), cell: ({ patient }: Arrangement) => patient.full_name },
    ...(substitute
      ? [
          {
            head: t("reassign.then", { doctor: substitute.full_name }),
            cell: (visit: Arrangement) => (
              <Then
                visit={visit}
                slot={plan.get(visit.id) ?? null}
                slots={choices(visit, plan, offered(free, refused.get(visit.id)))}
                day={day}
                refused={refused.get(visit.id)}
                put={(slot) => setPlan(new Map(plan).set(visit.id, slot))}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <form class="reassign" noValidate onSubmit={submit}>
      <h2>{t("reassign.visits", { day: longDay(day) })}</h2>
      {left.length > 0 && <p class="muted">{t(substitute ? "reassign.about" : "reassign.choose")}</p>}
      {left.length > 0 && (
        <div class="dense">
          <Table
            caption={t("reassign.visits", { day: longDay(day) })}
            columns={columns}
            rows={left}
            rowKey={({ id }) => id}
          />
        </div>
      )}
      <p role="status" tabIndex={-1} ref={ended} class={progress ? "info" : undefined}>
        {progress}
      </p>
      {substitute && going.length > 0 && (
        <button type="submit" id="submit" class="button" aria-disabled={busy}>
          {busy ? t("reassign.busy") : plural("reassign.submit", going.length)}
        </button>
      )}
      {moved.length > 0 && <Moved moved={moved} />}
    </form>
  );
}

interface ThenProps {
  visit: Arrangement;
  slot: Slot | null;
  slots: readonly Slot[];
  day: Day;
  refused: Refused | undefined;
  put: (slot: Slot | null) => void;
}

function Then({ visit, slot, slots, day, refused, put }: ThenProps) {
  const text = ({ starts_at }: Slot): string =>
    dayOf(starts_at) === day ? clock(starts_at) : `${shortDay(dayOf(starts_at))}, ${clock(starts_at)}`;
  return (
    <div class="then">
      <select
        aria-label={t("reassign.time_for", { patient: visit.patient.full_name })}
        value={slot?.starts_at ?? ""}
        onChange={({ currentTarget }) => put(slots.find((one) => one.starts_at === currentTarget.value) ?? null)}
      >
        <option value="">{t("reassign.stay")}</option>
        {slots.map((one) => (
          <option key={one.starts_at} value={one.starts_at}>
            {text(one)}
          </option>
        ))}
      </select>
      <How visit={visit} slot={slot} day={day} />
      {refused && (
        <p class="mistake" role="alert">
          {refused.message}{" "}
          <a href={moveHref({ id: visit.id, patient: visit.patient.id, day })}>{t("reassign.by_hand")}</a>
        </p>
      )}
    </div>
  );
}

/** How the new time differs for the patient. */
function How({ visit, slot, day }: Pick<ThenProps, "visit" | "slot" | "day">) {
  if (!slot) return <Chip tone="cancelled">{t("reassign.stays")}</Chip>;
  if (Date.parse(slot.starts_at) === Date.parse(visit.starts_at))
    return <Chip tone="confirmed">{t("reassign.same")}</Chip>;
  if (dayOf(slot.starts_at) === day) return <Chip tone="booked">{t("reassign.other_time")}</Chip>;
  return <Chip tone="no-show">{t("reassign.other_day")}</Chip>;
}

function Moved({ moved }: { moved: readonly { was: Arrangement; now: Arrangement }[] }) {
  return (
    <section class="section" aria-labelledby="moved">
      <h2 id="moved">{t("reassign.moved")}</h2>
      <ul class="lines">
        {moved.map(({ was, now }) => (
          <li key={now.id}>
            <b>{now.patient.full_name}</b>
            <span>
              {t("reassign.moved.to", {
                was: clock(was.starts_at),
                now: longWhen(now.starts_at),
                doctor: now.doctor.full_name,
              })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** After a refusal, only its alternatives are known to be free for doctor and patient. */
function offered(free: readonly Slot[], refused: Refused | undefined): readonly Slot[] {
  if (!refused || refused.alternatives.length === 0) return free;
  const near = new Set(refused.alternatives.map((at) => Date.parse(at)));
  return free.filter(({ starts_at }) => near.has(Date.parse(starts_at)));
}

function refusal(problem: Parameters<typeof problemText>[0], retryAfter: number | null): Refused {
  if (problem.code === "slot_taken" || problem.code === "patient_busy")
    return { message: t(`reassign.${problem.code}`), alternatives: problem.alternatives };
  const changed = problem.code === "stale" || problem.code === "illegal_transition";
  return { message: changed ? t("arrangements.stale") : problemText(problem, retryAfter), alternatives: [] };
}
