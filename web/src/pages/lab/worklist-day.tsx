/** The day of the worklist (`?day=`), or all days. */
import { useState } from "preact/hooks";
import { t } from "../../lib/i18n/i18n";
import { go, withQuery } from "../../lib/routing/router";
import { isDay, today } from "../../lib/time/time";
import { Field } from "../../ui/forms/Field";

export function DayFilter({ day }: { day: string | null }) {
  const [typed, setTyped] = useState(day ?? "");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (typed === "" || isDay(typed)) go(withQuery({ day: typed, cursor: null }));
  };
  return (
    <search>
      <form class="filters day-filter" onSubmit={submit}>
        <Field
          id="day"
          type="date"
          label={t("worklist.day")}
          value={typed}
          onValue={setTyped}
          input={{ min: "2000-01-01", max: "2099-12-31" }}
        />
        <button type="submit" class="button quiet">
          {t("worklist.show")}
        </button>
        <p class="row">
          {day !== today() && <a href={withQuery({ day: today(), cursor: null })}>{t("worklist.today")}</a>}
          {day && <a href={withQuery({ day: null, cursor: null })}>{t("worklist.any_day")}</a>}
        </p>
      </form>
    </search>
  );
}
