/** The day board (`?day=`): visits of all doctors side by side, the waiting room, and passed visits without an outcome. */
import { useEffect, useState } from "preact/hooks";
import type { Arrangement } from "../../../lib/desk/arrangements";
import { type Placed, useBoard, waiting } from "../../../lib/desk/board";
import { t } from "../../../lib/i18n/i18n";
import type { OwnProps } from "../../../lib/routing/page";
import { addDays, type Day, isDay, longDay, longWhen, today } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { ToMoveLine } from "../to-move/to-move-line";
import { Columns } from "./columns";
import { MoveDialog, type Target } from "./move-dialog";
import { Unfinished } from "./unfinished";
import { Waiting } from "./waiting";
import "../../../style/portals/admin.css";
import "../../../style/components/board.css";

const TICK_MS = 30_000;

export default function DayBoard({ query }: OwnProps) {
  const asked = query.get("day");
  const day = isDay(asked) ? asked : today();
  return (
    <Page
      title={t("board.title")}
      lead={longDay(day)}
      actions={
        <>
          <a class="button quiet" href="/desk/screens">
            {t("board.screens")}
          </a>
          <a class="button quiet" href={`/desk/appointments?day=${day}`}>
            {t("board.list")}
          </a>
          <a class="button" href="/desk/appointments/new">
            {t("arrangements.book")}
          </a>
        </>
      }
    >
      <nav class="actions board-days" aria-label={t("arrangements.days")}>
        <a class="button quiet small" href={`/desk/board?day=${addDays(day, -1)}`}>
          {t("board.earlier")}
        </a>
        {day !== today() && (
          <a class="button quiet small" href="/desk/board">
            {t("board.today")}
          </a>
        )}
        <a class="button quiet small" href={`/desk/board?day=${addDays(day, 1)}`}>
          {t("board.later")}
        </a>
      </nav>
      <ToMoveLine />
      <OfDay key={day} day={day} />
      <Unfinished />
    </Page>
  );
}

function OfDay({ day }: { day: Day }) {
  const { list, behind, put, reload } = useBoard(day);
  const [target, setTarget] = useState<Target | null>(null);
  const [said, setSaid] = useState("");
  useTick();
  const acts = {
    onChanged: (visit: Arrangement, message: string) => {
      put(visit);
      setSaid(message);
    },
    onStale: (visit: Placed) => void reload([visit.doctor.id]),
    onMove: setTarget,
  };
  return (
    <>
      <p class="unseen" role="status">
        {said}
      </p>
      {behind && (
        <p class="warning" role="alert">
          {t("board.behind")}
        </p>
      )}
      <Ready of={list}>
        {({ items }) => (
          <>
            {day === today() && <Waiting visits={waiting(items)} {...acts} />}
            <Columns day={day} doctors={items} {...acts} />
            {target && (
              <MoveDialog
                day={day}
                target={target}
                doctors={items.map(({ doctor }) => doctor)}
                onClose={() => setTarget(null)}
                onMoved={({ patient, doctor, starts_at }) => {
                  setTarget(null);
                  const names = { patient: patient.full_name, doctor: doctor.full_name };
                  setSaid(t("board.moved", { ...names, when: longWhen(starts_at) }));
                  void reload([...new Set([target.visit.doctor.id, doctor.id])]);
                }}
                onStale={() => void reload([target.visit.doctor.id])}
              />
            )}
          </>
        )}
      </Ready>
      <More of={list} />
    </>
  );
}

/** Draw again every half minute: visits become late, and patients wait longer. */
function useTick(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
}
