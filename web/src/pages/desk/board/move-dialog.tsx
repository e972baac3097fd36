/** Asks before a visit moves: the doctor, and the free time nearest to where it was dropped. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Arrangement, moveHref, rearrange } from "../../../lib/desk/arrangements";
import type { Placed } from "../../../lib/desk/board";
import { mistakes } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import { clock, type Day, dayOf, type Instant, longWhen } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { Select } from "../../../ui/forms/Select";

/** A visit and the place it shall move to. */
export interface Target {
  visit: Placed;
  doctor: Schemas["Person"];
  at: Instant;
}

interface Props {
  day: Day;
  target: Target;
  doctors: readonly Schemas["DeskDoctor"][];
  onClose: () => void;
  onMoved: (visit: Arrangement) => void;
  onStale: () => void;
}

export function MoveDialog({ day, target: { visit, doctor, at }, doctors, onClose, onMoved, onStale }: Props) {
  const bookable = doctors.filter(({ bookable }) => bookable);
  const [doctorId, setDoctor] = useState(doctor.id);
  const [chosen, setChosen] = useState<Instant | null>(null);
  const params = { path: { doctor_id: doctorId }, query: { start: day, days: 1 } };
  const slots = useLoad(() => outcome(api.GET("/api/doctors/{doctor_id}/slots", { params })), [doctorId, day]);
  const free = (slots.data?.items ?? []).filter((slot) => slot.day === day).map(({ starts_at }) => starts_at);
  const start = chosen !== null && free.includes(chosen) ? chosen : nearest(free, at);
  const name = bookable.find(({ id }) => id === doctorId)?.full_name ?? doctor.full_name;
  const send = async () => {
    if (start === null) return [{ field: null, message: t("board.move.none", { doctor: name }) }];
    const moved = await rearrange(visit, { starts_at: start, doctor_id: doctorId });
    if (moved.ok) {
      onMoved(moved.data);
      return [];
    }
    const { problem, retryAfter } = moved;
    if (problem.code === "slot_taken") slots.again();
    if (problem.code !== "stale" && problem.code !== "illegal_transition") return mistakes(problem, retryAfter, []);
    onStale();
    return [{ field: null, message: t("arrangements.stale") }];
  };
  return (
    <AskDialog
      title={t("move_visit.title")}
      keep={t("board.move.keep")}
      act={t("move_visit.submit")}
      busy={t("move_visit.busy")}
      onClose={onClose}
      send={send}
    >
      <p>
        <b>{visit.patient.full_name}</b>
        <br />
        {t("move_visit.now")}: {longWhen(visit.starts_at)}, {visit.doctor.full_name}
      </p>
      <Select
        id="board-doctor"
        label={t("move_visit.doctor")}
        choices={doctorChoices(bookable)}
        value={String(doctorId)}
        onValue={(id) => setDoctor(Number(id))}
      />
      {start !== null && (
        <Select
          id="board-time"
          label={t("board.move.time")}
          choices={free.map((one) => ({ value: one, text: clock(one) }))}
          value={start}
          onValue={setChosen}
        />
      )}
      {slots.data && start === null && <p>{t("board.move.none", { doctor: name })}</p>}
      {slots.failure && <p role="alert">{t("board.move.failed")}</p>}
      <p>
        <a href={moveHref({ id: visit.id, patient: visit.patient.id, day: dayOf(visit.starts_at) })}>
          {t("board.move.day")}
        </a>
      </p>
    </AskDialog>
  );
}

function nearest(free: readonly Instant[], at: Instant): Instant | null {
  const apart = (one: Instant): number => Math.abs(Date.parse(one) - Date.parse(at));
  return free.toSorted((one, other) => apart(one) - apart(other))[0] ?? null;
}
