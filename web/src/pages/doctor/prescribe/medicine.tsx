/** The medicine fields of the prescription form. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { Field } from "../../../ui/forms/Field";
import { Alerts, CheckState, NotChecked, type Reasons } from "./alerts";
import type { Check } from "./check";
import { SelectOrOther } from "./choice";
import type { Used } from "./choices";
import { empty, fieldId, type Item, MOST_ITEMS, nextKey } from "./items";
import { MedicineSearch } from "./medicine-search";

const ROUTES = [
  "oral",
  "sublingual",
  "inhaled",
  "topical",
  "ocular",
  "otic",
  "nasal",
  "rectal",
  "vaginal",
  "subcutaneous",
  "intramuscular",
  "intravenous",
] as const;
const FREQUENCIES = [
  "daily",
  "morning",
  "evening",
  "twice",
  "three",
  "four",
  "six_hours",
  "eight_hours",
  "twelve_hours",
  "weekly",
  "as_needed",
] as const;

interface Props {
  items: readonly Item[];
  put: (items: Item[]) => void;
  check: Check;
  reasons: Reasons;
  used: readonly Used[];
  errors: readonly Mistake[];
}

export function Medicines({ items, put, ...rest }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [added, setAdded] = useState(0);
  const { check, reasons, errors } = rest;
  useEffect(() => {
    if (added > 0) document.getElementById(fieldId(items.length - 1, "medicine"))?.focus();
  }, [added]);
  const add = (): void => {
    put([...items, empty(nextKey(items))]);
    setAdded(added + 1);
  };
  const remove = ({ key }: Item): void => {
    put(items.filter((one) => one.key !== key));
    heading.current?.focus();
  };
  return (
    <section class="stack" aria-labelledby="medicines-title">
      <h2 id="medicines-title" tabIndex={-1} ref={heading}>
        {t("prescribe.medicines")}
      </h2>
      {items.map((item, n) => (
        <Medicine
          key={item.key}
          n={n}
          item={item}
          put={(change) => put(items.map((one) => (one.key === item.key ? { ...one, ...change } : one)))}
          remove={items.length > 1 ? () => remove(item) : null}
          items={items}
          {...rest}
        />
      ))}
      <Alerts check={check} items={items} n={null} reasons={reasons} errors={errors} />
      <NotChecked of={check.unchecked} />
      <CheckState check={check} />
      {items.length < MOST_ITEMS && (
        <p>
          <button type="button" class="button quiet" onClick={add}>
            {t("prescribe.add")}
          </button>
        </p>
      )}
    </section>
  );
}

interface OneProps extends Omit<Props, "put"> {
  n: number;
  item: Item;
  put: (change: Partial<Item>) => void;
  remove: (() => void) | null;
}

function Medicine({ n, item, put, remove, items, check, reasons, used, errors }: OneProps) {
  const text = (name: Exclude<keyof Item, "key">, more: object = {}) => ({
    id: fieldId(n, name),
    label: t(`prescribe.${name}`),
    value: item[name],
    onValue: (value: string) => put({ [name]: value }),
    mistakes: errors,
    ...more,
  });
  const line = { maxLength: 200 };
  const number = { inputMode: "numeric", maxLength: 5 };
  return (
    <fieldset class="card prescribe-medicine">
      <legend class="unseen">{t("prescribe.nth", { n: n + 1 })}</legend>
      <div class="row between">
        <p class="strong" aria-hidden="true">
          {t("prescribe.nth", { n: n + 1 })}
        </p>
        {remove && (
          <button type="button" class="link" onClick={remove}>
            {t("prescribe.remove")} <span class="unseen">{item.medicine || t("prescribe.nth", { n: n + 1 })}</span>
          </button>
        )}
      </div>
      <MedicineSearch
        {...text("medicine", { hint: n === 0 ? t("prescribe.medicine.hint") : undefined })}
        used={used}
        choose={({ fills }) => put(fills)}
      />
      <div class="prescribe-how">
        <Field {...text("dose")} input={line} />
        <SelectOrOther {...text("route")} choices={ROUTES.map((one) => t(`prescribe.route.${one}`))} />
        <SelectOrOther {...text("frequency")} choices={FREQUENCIES.map((one) => t(`prescribe.often.${one}`))} />
      </div>
      <div class="prescribe-how">
        <Field {...text("days", { input: number })} />
        <Field {...text("quantity", { input: number })} optional />
        <Field {...text("repeats", { input: number })} optional />
      </div>
      <Field {...text("instructions", { optional: true, input: { maxLength: 4000 } })} />
      <Alerts check={check} items={items} n={n} reasons={reasons} errors={errors} />
    </fieldset>
  );
}
