/** A column of visits for each doctor, with a line at the present time; on phones one list after the other. */
import { useRef } from "preact/hooks";
import type { Arrangement } from "../../../lib/desk/arrangements";
import { type BoardDoctor, isLate, type Placed } from "../../../lib/desk/board";
import { t } from "../../../lib/i18n/i18n";
import {
  clock,
  type Day,
  type Instant,
  instantOf,
  minuteOfDay,
  minutesBetween,
  nowInstant,
  today,
} from "../../../lib/time/time";
import { Chip, Status } from "../../../ui/Chip";
import { HOUR, type Interval, intervalsOn, placed, STEP, wall } from "../../../ui/week/WeekGrid";
import { VisitActions } from "../visits/visit-actions";
import { Held } from "./held";
import type { Target } from "./move-dialog";

export interface Acts {
  onChanged: (visit: Arrangement, message: string) => void;
  onStale: (visit: Placed) => void;
  onMove: (target: Target) => void;
}

interface Props extends Acts {
  day: Day;
  doctors: readonly BoardDoctor[];
}

export function Columns({ day, doctors, ...acts }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const dragged = useRef<Placed | null>(null);
  const drawn = doctors.filter(({ hours, visits }) => hours.length + visits.length > 0);
  if (drawn.length === 0) return <p class="empty">{t("board.no_doctors")}</p>;
  const shown = hoursOf(day, drawn);
  const minute = minuteOfDay(nowInstant());
  const hasNow = day === today() && minute >= shown.from && minute < shown.to;
  const hours = Array.from({ length: (shown.to - shown.from) / HOUR }, (_, n) => shown.from + n * HOUR);
  const drop = (doctor: BoardDoctor["doctor"], y: number): void => {
    const visit = dragged.current;
    if (visit && grid.current) acts.onMove({ visit, doctor, at: timeAt(day, grid.current, shown, y) });
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls to columns that do not fit
    <section class="board-scroll" aria-label={t("board.grid")} tabIndex={0}>
      <div
        class="week board"
        ref={grid}
        style={{ "--rows": String((shown.to - shown.from) / STEP), "--days": String(drawn.length) }}
      >
        <div class="week-hours" aria-hidden="true">
          {hours.map((from) => (
            <span key={from} style={placed({ from, to: from + HOUR }, shown)}>
              {wall(day, from)}
            </span>
          ))}
          {hasNow && <i class="board-now" style={placed({ from: minute, to: minute + 1 }, shown)} />}
        </div>
        {drawn.map((one, n) => (
          <Column
            key={one.doctor.id}
            one={one}
            day={day}
            shown={shown}
            acts={acts}
            column={n + 2}
            onDrag={(visit) => {
              dragged.current = visit;
            }}
            onDrop={(y) => drop(one.doctor, y)}
          />
        ))}
      </div>
    </section>
  );
}

interface ColumnProps {
  one: BoardDoctor;
  day: Day;
  shown: Interval;
  column: number;
  acts: Acts;
  onDrag: (visit: Placed) => void;
  onDrop: (y: number) => void;
}

function Column({ one: { doctor, hours, next_free, visits }, day, shown, column, acts, onDrag, onDrop }: ColumnProps) {
  const ordered = [...visits.filter((one) => !isOver(one)), ...visits.filter(isOver)];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu of each visit moves it by keyboard
    <div
      class="week-day"
      style={{ gridColumn: String(column) }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onDrop(event.clientY);
      }}
    >
      <h2>
        {doctor.full_name} {doctor.room && <span class="muted small">{doctor.room}</span>}
      </h2>
      <NextFree doctor={doctor} at={next_free} day={day} />
      <div class="week-times">
        {hours.flatMap((span) =>
          intervalsOn(day, span).map((stretch) => (
            <i key={stretch.from} class="week-open" style={placed(stretch, shown)} />
          )),
        )}
        {visits.length === 0 && <p class="muted">{t("board.none")}</p>}
        {visits.length > 0 && (
          <ul aria-label={doctor.full_name}>
            {ordered.map((visit) => (
              <li key={visit.id} style={placed(intervalsOn(day, visit)[0] ?? shown, shown)}>
                <Visit visit={{ ...visit, doctor }} acts={acts} onDrag={onDrag} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function NextFree({ doctor, at, day }: { doctor: BoardDoctor["doctor"]; at: Instant | null; day: Day }) {
  if (!at) return <p class="muted small">{day >= today() && doctor.bookable && t("board.no_time")}</p>;
  const query = new URLSearchParams({ doctor_id: String(doctor.id), start: at });
  const name = t("board.next_free.of", { doctor: doctor.full_name, time: clock(at) });
  return (
    <p>
      <a class="button quiet small" href={`/desk/appointments/new?${query}`} aria-label={name}>
        {t("board.next_free", { time: clock(at) })}
      </a>
    </p>
  );
}

interface VisitProps {
  visit: Placed;
  acts: Acts;
  onDrag: (visit: Placed) => void;
}

function Visit({ visit, acts, onDrag }: VisitProps) {
  const { id, patient, starts_at, status, arrived_at } = visit;
  const drag = (event: DragEvent): void => {
    // Firefox drags only what carries data
    event.dataTransfer?.setData("text/plain", visit.reference);
    onDrag(visit);
  };
  const movable = status === "booked" || status === "confirmed" || status === "arrived";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its menu moves it by keyboard
    <div class={`week-visit${isOver(visit) ? " over" : ""}`} draggable={movable} onDragStart={drag}>
      <p>
        <b>{clock(starts_at)}</b>{" "}
        <a href={`/desk/patients/${patient.id}`} draggable={false}>
          {patient.full_name}
        </a>
      </p>
      <p class="row">
        <span id={`visit-${id}`} tabIndex={-1}>
          <Status kind="appointment" status={status} />
        </span>
        {isLate(visit) && <Chip tone="critical">{t("board.late")}</Chip>}
        {status === "arrived" && arrived_at && <Since at={arrived_at} />}
      </p>
      {status === "offered" ? (
        <Held visit={visit} onChanged={acts.onChanged} onStale={() => acts.onStale(visit)} />
      ) : (
        <VisitActions
          visit={visit}
          onChanged={acts.onChanged}
          onStale={() => acts.onStale(visit)}
          onMove={() => acts.onMove({ visit, doctor: visit.doctor, at: starts_at })}
        />
      )}
    </div>
  );
}

/** Since when a patient waits. */
export function Since({ at }: { at: Instant }) {
  const minutes = Math.max(0, minutesBetween(at, nowInstant()));
  return <span class="muted small">{t("board.since", { time: clock(at), minutes })}</span>;
}

function isOver({ status }: Pick<Placed, "status">): boolean {
  return status === "completed" || status === "no_show";
}

/** The whole hours from the earliest to the latest used. */
function hoursOf(day: Day, doctors: readonly BoardDoctor[]): Interval {
  const used = doctors.flatMap(({ hours, visits }) => [...hours, ...visits].flatMap((span) => intervalsOn(day, span)));
  const from = Math.min(...used.map((stretch) => stretch.from));
  const to = Math.max(...used.map((stretch) => stretch.to));
  return { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR };
}

/** The time at a height of the grid, whose hours grow with their visits. */
function timeAt(day: Day, grid: HTMLElement, shown: Interval, y: number): Instant {
  const rows = [...grid.querySelectorAll(".week-hours > span")].map((row) => row.getBoundingClientRect());
  const hour = rows.findLastIndex(({ top }) => top <= y);
  const row = rows[hour];
  const part = row ? Math.min(1, (y - row.top) / row.height) : 0;
  const minute = shown.from + Math.max(hour, 0) * HOUR + Math.min(Math.round((part * HOUR) / STEP), 11) * STEP;
  const two = (n: number): string => String(n).padStart(2, "0");
  return instantOf(day, `${two(Math.floor(minute / HOUR))}:${two(minute % HOUR)}`);
}
