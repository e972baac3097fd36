/** The table of visits to move with their new times, the button that moves them, and the result of each. */
import { useRef, useState } from "preact/hooks";
import type { Schemas } from "../../../api/client";
import { moveHref } from "../../../lib/desk/arrangements";
import {
  type Chosen,
  choices,
  keyOf,
  moveAll,
  type Suggestion,
  timeOf,
  type VisitToMove,
} from "../../../lib/desk/to-move";
import { useSubmit } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { problemText } from "../../../lib/i18n/problem-text";
import { clock, dayOf, longWhen, shortDay } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Overbooked } from "../../../ui/Overbooked";
import { type Column, Table } from "../../../ui/Table";
import { Tel } from "../../../ui/Tel";

type Result = Schemas["MoveResult"];
interface Moved {
  was: VisitToMove;
  now: Schemas["Arrangement"];
}

export function MovePlan({ visits, again }: { visits: readonly VisitToMove[]; again: () => void }) {
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const [moved, setMoved] = useState<readonly Moved[]>([]);
  const [refused, setRefused] = useState<ReadonlyMap<number, Result>>(new Map());
  const [said, setSaid] = useState<{ text: string; failed: boolean } | null>(null);
  const ended = useRef<HTMLParagraphElement>(null);
  const left = visits.filter(({ id }) => !moved.some(({ now }) => now.id === id));
  const going = left.filter((visit) => timeOf(visit, chosen));
  const { busy, submit } = useSubmit(async () => {
    if (going.length === 0) return;
    const answer = await moveAll(going, chosen);
    if (answer.ok) {
      const { results } = answer.data;
      const done = movedOf(left, results);
      setMoved((before) => [...before, ...done]);
      setRefused(new Map(results.filter(({ visit }) => !visit).map((one) => [one.appointment_id, one])));
      setChosen(new Map([...chosen].filter(([id]) => !results.some((one) => one.appointment_id === id))));
      setSaid({ text: t("to_move.ended", { moved: done.length, total: results.length }), failed: false });
      again();
    } else setSaid({ text: problemText(answer.problem, answer.retryAfter), failed: true });
    ended.current?.focus();
  });
  return (
    <form class="reassign" noValidate onSubmit={submit}>
      {left.length > 0 && (
        <div class="dense">
          <Table
            caption={t("to_move.title")}
            columns={columnsOf(left, chosen, refused, setChosen)}
            rows={left}
            rowKey={({ id }) => id}
          />
        </div>
      )}
      <p role="status" tabIndex={-1} ref={ended} class={said ? (said.failed ? "warning" : "info") : undefined}>
        {said?.text}
      </p>
      {going.length > 0 && (
        <button type="submit" id="submit" class="button" aria-disabled={busy}>
          {busy ? t("to_move.busy") : plural("to_move.submit", going.length)}
        </button>
      )}
      {moved.length > 0 && <MovedList moved={moved} />}
    </form>
  );
}

function columnsOf(
  visits: readonly VisitToMove[],
  chosen: Chosen,
  refused: ReadonlyMap<number, Result>,
  setChosen: (chosen: Chosen) => void,
): Column<VisitToMove>[] {
  return [
    {
      head: t("to_move.now"),
      cell: (visit) => (
        <span>
          <b>{longWhen(visit.starts_at)}</b>
          <br />
          {visit.doctor.full_name}
        </span>
      ),
    },
    {
      head: t("arrangements.patient"),
      cell: ({ patient: { id, full_name, phone } }) => (
        <span>
          <a href={`/desk/patients/${id}`}>{full_name}</a> {phone && <Tel number={phone} />}
        </span>
      ),
    },
    {
      head: t("to_move.why"),
      cell: (visit) => (
        <span>
          <Chip tone="no-show">{t(`to_move.why.${visit.why}`)}</Chip> <Overbooked of={visit} />
        </span>
      ),
    },
    {
      head: t("to_move.then"),
      cell: (visit) => (
        <Then
          visit={visit}
          time={timeOf(visit, chosen)}
          times={choices(visit, visits, chosen)}
          refused={refused.get(visit.id)}
          put={(time) => setChosen(new Map(chosen).set(visit.id, time))}
        />
      ),
    },
  ];
}

interface ThenProps {
  visit: VisitToMove;
  time: Suggestion | null;
  times: readonly Suggestion[];
  refused: Result | undefined;
  put: (time: Suggestion | null) => void;
}

function Then({ visit, time, times, refused, put }: ThenProps) {
  const { id, patient, doctor, starts_at } = visit;
  const text = (one: Suggestion): string => {
    const when = `${shortDay(dayOf(one.starts_at))}, ${clock(one.starts_at)}`;
    return one.doctor.id === doctor.id ? when : t("to_move.with", { when, doctor: one.doctor.full_name });
  };
  return (
    <div class="then">
      <select
        aria-label={t("to_move.time_for", { patient: patient.full_name, when: longWhen(starts_at) })}
        value={time ? keyOf(time) : ""}
        onChange={({ currentTarget }) => put(times.find((one) => keyOf(one) === currentTarget.value) ?? null)}
      >
        <option value="">{t("to_move.stay")}</option>
        {times.map((one) => (
          <option key={keyOf(one)} value={keyOf(one)}>
            {text(one)}
          </option>
        ))}
      </select>
      <a class="small" href={moveHref({ id, patient: patient.id, day: dayOf(starts_at) })}>
        {t("to_move.other")} <span class="unseen">{t("to_move.other.of", { patient: patient.full_name })}</span>
      </a>
      {times.length === 0 && <p class="muted small">{t("to_move.no_time")}</p>}
      {refused && refused.outcome !== "moved" && (
        <p class="mistake" role="alert">
          {t(`to_move.outcome.${refused.outcome}`)}
        </p>
      )}
    </div>
  );
}

function MovedList({ moved }: { moved: readonly Moved[] }) {
  return (
    <section class="section" aria-labelledby="moved">
      <h2 id="moved">{t("to_move.moved")}</h2>
      <p class="muted">{t("to_move.moved.about")}</p>
      <ul class="lines">
        {moved.map(({ was, now }) => (
          <li key={now.id}>
            <b>{now.patient.full_name}</b>
            <span>
              {t("to_move.moved.to", {
                was: longWhen(was.starts_at),
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

function movedOf(visits: readonly VisitToMove[], results: readonly Result[]): Moved[] {
  return results.flatMap(({ appointment_id, visit: now }) => {
    const was = visits.find(({ id }) => id === appointment_id);
    return was && now ? [{ was, now }] : [];
  });
}
