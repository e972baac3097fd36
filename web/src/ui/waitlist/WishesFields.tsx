/** The fields of the times that fit: days, days of the week, and times of the day. */
import type { Mistake } from "../../lib/forms/form";
import { t } from "../../lib/i18n/i18n";
import { today } from "../../lib/time/time";
import { WEEKDAYS, type Wishes } from "../../lib/waitlist/wishes";
import { Checkbox } from "../forms/Checkbox";
import { Group } from "../forms/Control";
import { Field } from "../forms/Field";

interface Props {
  value: Wishes;
  onValue: (value: Wishes) => void;
  mistakes: readonly Mistake[];
}

export function WishesFields({ value, onValue, mistakes }: Props) {
  const put = (change: Partial<Wishes>): void => onValue({ ...value, ...change });
  return (
    <>
      <Field
        id="first_day"
        type="date"
        label={t("waitlist.first_day")}
        input={{ min: today() }}
        value={value.first}
        onValue={(first) => put({ first })}
        mistakes={mistakes}
      />
      <Field
        id="last_day"
        type="date"
        label={t("waitlist.last_day")}
        hint={t("waitlist.last_day.hint")}
        input={{ min: today() }}
        value={value.last}
        onValue={(last) => put({ last })}
        mistakes={mistakes}
      />
      <Group id="weekdays" label={t("waitlist.weekdays")} mistakes={mistakes}>
        <div class="radios">
          {WEEKDAYS.map((day) => (
            <Checkbox
              key={day}
              id={`weekday-${day}`}
              label={t(`weekday.${day}`)}
              checked={value.weekdays.includes(day)}
              onValue={(on) =>
                put({ weekdays: WEEKDAYS.filter((one) => (one === day ? on : value.weekdays.includes(one))) })
              }
            />
          ))}
        </div>
      </Group>
      <Field
        id="from_time"
        type="time"
        label={t("waitlist.from_time")}
        optional
        value={value.from}
        onValue={(from) => put({ from })}
        mistakes={mistakes}
      />
      <Field
        id="to_time"
        type="time"
        label={t("waitlist.to_time")}
        optional
        value={value.to}
        onValue={(to) => put({ to })}
        mistakes={mistakes}
      />
    </>
  );
}
