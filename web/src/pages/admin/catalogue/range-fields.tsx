/** Ranges as groups of fields, each with a preview on the line that results show. */
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { NumberLine } from "../../../ui/charts/NumberLine";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { BOUNDS, blankRange, rangeOf, type Typed, type TypedRange } from "./analyte-fields";

interface Props {
  typed: Typed;
  put: (change: Partial<Typed>) => void;
  errors: readonly Mistake[];
}

export function RangeFields({ typed, put, errors }: Props) {
  const { ranges } = typed;
  const set = (id: number, change: Partial<TypedRange>): void =>
    put({ ranges: ranges.map((one) => (one.id === id ? { ...one, ...change } : one)) });
  const field = (one: TypedRange, name: Exclude<keyof TypedRange, "id">) => ({
    id: `${name}-${one.id}`,
    value: one[name],
    onValue: (value: string) => set(one.id, { [name]: value }),
    mistakes: errors,
  });
  return (
    <>
      {ranges.map((one, n) => (
        <fieldset key={one.id} class="stack">
          <legend>{t("ranges.range", { number: n + 1 })}</legend>
          <Select
            {...field(one, "sex")}
            label={t("ranges.sex")}
            choices={["", "female", "male"].map((sex) => ({
              value: sex,
              text: t(sex === "" ? "ranges.any_sex" : sex === "female" ? "sex.female" : "sex.male"),
            }))}
          />
          <div class="pair bounds">
            <Field {...field(one, "from")} label={t("ranges.from")} hint={t("ranges.age.hint")} />
            <Field {...field(one, "to")} label={t("ranges.to")} optional />
          </div>
          <div class="pair bounds four">
            {BOUNDS.map((bound) => (
              <Field
                key={bound}
                {...field(one, bound)}
                label={t(`ranges.${bound}`)}
                optional
                input={{ inputMode: "decimal" }}
              />
            ))}
          </div>
          <Preview typed={typed} of={one} />
          <p>
            <button
              type="button"
              class="button quiet small"
              onClick={() => {
                put({ ranges: ranges.filter(({ id }) => id !== one.id) });
                // the pressed button is removed
                document.getElementById("add-range")?.focus();
              }}
            >
              {t("lab_hours.remove")} <span class="unseen">{t("ranges.range", { number: n + 1 })}</span>
            </button>
          </p>
        </fieldset>
      ))}
      <button
        id="add-range"
        type="button"
        class="button quiet"
        onClick={() => put({ ranges: [...ranges, blankRange(ranges)] })}
      >
        {t("ranges.add_range")}
      </button>
    </>
  );
}

/** A usual value inside the range, as a result would show it. */
function Preview({ typed, of }: { typed: Typed; of: TypedRange }) {
  const range = rangeOf(of);
  if (!range) return null;
  const { low = null, high = null, critical_low = null, critical_high = null } = range;
  const value = low !== null && high !== null ? (low + high) / 2 : (low ?? high);
  if (value === null) return null;
  const applied = { sex: range.sex ?? null, low, high, critical_low, critical_high };
  const shown = {
    value,
    comparator: null,
    text: null,
    unit: typed.unit || null,
    decimals: Number(typed.decimals) || 0,
  };
  return (
    <figure>
      <figcaption class="muted small">{t("ranges.preview")}</figcaption>
      <NumberLine observation={{ ...shown, range: applied, usual_names: [], flag: "normal", missing: [] }} />
    </figure>
  );
}
