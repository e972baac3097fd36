/** The dialog that copies a day's hours to other days. */
import { useState } from "preact/hooks";
import { t } from "../../lib/i18n/i18n";
import { Dialog } from "../Dialog";
import { Checkbox } from "../forms/Checkbox";
import { WEEKDAYS, type Weekday } from "./rules";

interface Props {
  weekday: Weekday;
  copy: (days: Weekday[]) => void;
  onClose: () => void;
}

export function Copy({ weekday, copy, onClose }: Props) {
  const others = WEEKDAYS.filter((day) => day !== weekday);
  const [days, setDays] = useState<Weekday[]>([]);
  return (
    <Dialog title={t("availability.copy.title", { day: t(`weekday.${weekday}`) })} onClose={onClose}>
      <p>{t("availability.copy.about")}</p>
      <div class="radios">
        {others.map((day) => (
          <Checkbox
            key={day}
            id={`copy-${day}`}
            label={t(`weekday.${day}`)}
            checked={days.includes(day)}
            onValue={(on) => setDays(on ? [...days, day] : days.filter((one) => one !== day))}
          />
        ))}
      </div>
      <div class="row">
        <button
          type="button"
          class="button"
          aria-disabled={days.length === 0}
          onClick={() => {
            if (days.length === 0) return;
            copy(days);
            onClose();
          }}
        >
          {t("availability.copy.act")}
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          {t("availability.copy.keep")}
        </button>
      </div>
    </Dialog>
  );
}
