/** The hours of one doctor: visits to move, weekly hours with a preview, extra hours and time off. */
import { t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { today } from "../../lib/time/time";
import { Ready } from "../Ready";
import { VisitsToMove } from "./affected-visits";
import { ExtraHours } from "./extra-hours";
import type { Source } from "./source";
import { TimeOff } from "./time-off";
import { WeekEditor } from "./week";
import "../../style/portals/availability.css";

/** Give it the doctor's id as key: drafts and lists belong to one doctor. */
export function Editor({ source, doctorId }: { source: Source; doctorId: number }) {
  const week = useLoad(source.show, [doctorId]);
  const visits = useLoad(() => source.visits(today()), [doctorId, today()]);
  const off = useLoad(source.listOff, [doctorId]);
  const extra = useLoad(source.listExtra, [doctorId]);
  const toMove = useLoad(source.toMove, [doctorId]);
  const changed = toMove.again;
  return (
    <Ready of={week}>
      {(saved) => (
        <>
          <VisitsToMove of={toMove} source={source} />
          <WeekEditor
            saved={saved}
            put={(now) => {
              week.put(now);
              changed();
            }}
            visits={visits}
            timeOff={off.data?.items ?? []}
            extra={extra.data?.items ?? []}
            source={source}
          />
          <section class="section">
            <h2>{t("availability.extra")}</h2>
            <ExtraHours of={extra} source={source} onChanged={changed} />
          </section>
          <section class="section">
            <h2>{t("availability.off")}</h2>
            <TimeOff of={off} source={source} onChanged={changed} />
          </section>
        </>
      )}
    </Ready>
  );
}
