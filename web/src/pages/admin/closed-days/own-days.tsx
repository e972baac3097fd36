/** The hospital's own closed days: each with its day and name. */
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { today } from "../../../lib/time/time";
import { Field } from "../../../ui/forms/Field";
import type { Typed } from "./typed";

interface Props {
  own: Typed["own"];
  change: (own: Typed["own"]) => void;
  errors: readonly Mistake[];
}

export function OwnDays({ own, change, errors }: Props) {
  const put = (id: number, changes: { day?: string; name?: string }): void =>
    change(own.map((one) => (one.id === id ? { ...one, ...changes } : one)));
  return (
    <fieldset>
      <legend>{t("closed_days.own")}</legend>
      {own.map(({ id, day, name }) => (
        <div key={id} class="pair">
          <Field
            id={`day-${id}`}
            type="date"
            label={t("closed_days.day")}
            value={day}
            onValue={(value) => put(id, { day: value })}
            input={{ min: today(), max: "2099-12-31" }}
            mistakes={errors}
          />
          <Field
            id={`name-${id}`}
            label={t("closed_days.name")}
            value={name}
            onValue={(value) => put(id, { name: value })}
            input={{ maxLength: 200 }}
            mistakes={errors}
          />
          <button
            type="button"
            class="button quiet small"
            onClick={() => {
              change(own.filter((one) => one.id !== id));
              // the pressed button is removed
              document.getElementById("add-day")?.focus();
            }}
          >
            {t("closed_days.remove")} <span class="unseen">{day}</span>
          </button>
        </div>
      ))}
      <button
        id="add-day"
        type="button"
        class="button quiet"
        onClick={() => {
          const id = Math.max(0, ...own.map((one) => one.id)) + 1;
          change([...own, { id, day: "", name: "" }]);
        }}
      >
        {t("closed_days.add")}
      </button>
    </fieldset>
  );
}
