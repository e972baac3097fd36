/** A test of the catalogue as fields of a form. */
import type { Schemas } from "../../../api/client";
import { type Mistake, missing } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { TextArea } from "../../../ui/forms/TextArea";
import { AnalyteList } from "./analyte-list";

export interface Typed {
  code: string;
  name: string;
  category: string;
  specimen: string;
  preparation: string;
  plain: string;
  loinc: string;
  hours: string;
  stat: string;
  repeat: string;
  price: string;
  analytes: readonly string[];
  active: boolean;
  ordered: boolean;
  fasting: string;
  from: string;
  until: string;
  policy: Schemas["ReleasePolicy"];
  days: string;
}

export const TEST_FIELDS = [
  "code",
  "name",
  "category",
  "specimen",
  "preparation",
  "plain",
  "loinc",
  "turnaround_hours",
  "fasting_hours",
  "collect_from",
  "collect_until",
  "release_after_days",
  "stat_minutes",
  "repeat_after_days",
];
export const BLANK: Typed = {
  code: "",
  name: "",
  category: "",
  specimen: "",
  preparation: "",
  plain: "",
  loinc: "",
  hours: "",
  stat: "",
  repeat: "",
  price: "",
  analytes: [],
  active: true,
  ordered: false,
  fasting: "0",
  from: "",
  until: "",
  policy: "after_doctor",
  days: "",
};
const POLICIES = ["at_once", "after_doctor", "after_days"] as const;

interface Props {
  isNew: boolean;
  value: Typed;
  put: (change: Partial<Typed>) => void;
  currency: string;
  analytes: readonly Schemas["Analyte"][];
  errors: readonly Mistake[];
}

export function TestFields({ isNew, value, put, currency, analytes, errors }: Props) {
  const field = (name: Exclude<keyof Typed, "analytes" | "active" | "ordered" | "policy">, id: string = name) => ({
    id,
    value: value[name],
    onValue: (text: string) => put({ [name]: text }),
    mistakes: errors,
  });
  const area = { rows: 3, longest: 4000, optional: true } as const;
  return (
    <>
      {isNew && (
        <Field
          {...field("code")}
          label={t("catalogue.code")}
          hint={t("catalogue_test.code.hint")}
          input={{ maxLength: 40 }}
        />
      )}
      <Field {...field("name")} label={t("catalogue.name")} />
      <div class="pair">
        <Field {...field("category")} label={t("catalogue.category")} />
        <Field {...field("specimen")} label={t("catalogue.specimen")} />
      </div>
      <div class="pair">
        <Field
          {...field("price", "price_minor")}
          label={t("catalogue_test.price", { currency })}
          input={{ inputMode: "decimal" }}
        />
        <Field
          {...field("hours", "turnaround_hours")}
          label={t("catalogue_test.hours")}
          input={{ inputMode: "numeric" }}
        />
      </div>
      <div class="pair">
        <Field
          {...field("stat", "stat_minutes")}
          label={t("catalogue_test.stat")}
          hint={t("catalogue_test.stat.hint")}
          optional
          input={{ inputMode: "numeric" }}
        />
        <Field
          {...field("repeat", "repeat_after_days")}
          label={t("catalogue_test.repeat")}
          hint={t("catalogue_test.repeat.hint")}
          optional
          input={{ inputMode: "numeric" }}
        />
      </div>
      <TextArea {...area} {...field("plain")} label={t("catalogue_test.plain")} hint={t("catalogue_test.plain.hint")} />
      <TextArea
        {...area}
        {...field("preparation")}
        label={t("catalogue_test.preparation")}
        hint={t("catalogue_test.preparation.hint")}
      />
      <Field
        {...field("fasting", "fasting_hours")}
        label={t("catalogue_test.fasting")}
        hint={t("catalogue_test.fasting.hint")}
        input={{ inputMode: "numeric" }}
      />
      <div class="pair">
        <Field {...field("from", "collect_from")} type="time" label={t("catalogue_test.from")} optional />
        <Field {...field("until", "collect_until")} type="time" label={t("catalogue_test.until")} optional />
      </div>
      <AnalyteList chosen={value.analytes} known={analytes} put={(chosen) => put({ analytes: chosen })} />
      <Field {...field("loinc")} label={t("catalogue_test.loinc")} hint={t("catalogue_test.loinc.hint")} optional />
      <Select
        id="release_policy"
        label={t("catalogue_test.release")}
        hint={t("catalogue_test.release.hint")}
        choices={POLICIES.map((value) => ({ value, text: t(`catalogue_test.release.${value}`) }))}
        value={value.policy}
        onValue={(policy) => put({ policy: policy as Typed["policy"] })}
      />
      {value.policy === "after_days" && (
        <Field
          {...field("days", "release_after_days")}
          label={t("catalogue_test.release_days")}
          input={{ inputMode: "numeric" }}
        />
      )}
      <Checkbox
        id="by_order_only"
        label={t("catalogue_test.by_order")}
        hint={t("catalogue_test.by_order.hint")}
        checked={value.ordered}
        onValue={(ordered) => put({ ordered })}
      />
      <Checkbox
        id="active"
        label={t("catalogue_test.active")}
        hint={t("catalogue_test.active.hint")}
        checked={value.active}
        onValue={(active) => put({ active })}
      />
    </>
  );
}

export function typedOf(test: Schemas["LabTest"]): Typed {
  const { code, name, category, specimen, preparation, plain, loinc, active } = test;
  return {
    code,
    name,
    category,
    specimen,
    preparation,
    plain,
    active,
    loinc: loinc ?? "",
    hours: String(test.turnaround_hours),
    stat: String(test.stat_minutes ?? ""),
    repeat: String(test.repeat_after_days ?? ""),
    price: (test.price_minor / 10 ** digits(test.currency)).toFixed(digits(test.currency)),
    analytes: test.analytes.map((analyte) => analyte.code),
    ordered: test.by_order_only,
    fasting: String(test.fasting_hours),
    from: test.collect_from ?? "",
    // a time field shows the end of the day as 00:00
    until: test.collect_until === "24:00" ? "00:00" : (test.collect_until ?? ""),
    policy: test.release_policy,
    days: String(test.release_after_days ?? ""),
  };
}

/** The checked form as a request body. */
export function bodyOf(typed: Typed, currency: string): Schemas["DescribeTest"] & { analytes: string[] } {
  return {
    name: typed.name.trim(),
    category: typed.category.trim(),
    specimen: typed.specimen.trim(),
    preparation: typed.preparation.trim(),
    plain: typed.plain.trim(),
    loinc: typed.loinc.trim() || null,
    turnaround_hours: Number(typed.hours),
    stat_minutes: Number(typed.stat) || null,
    repeat_after_days: Number(typed.repeat) || null,
    price_minor: minorOf(typed.price, currency) ?? 0,
    currency,
    analytes: [...typed.analytes],
    active: typed.active,
    by_order_only: typed.ordered,
    fasting_hours: Number(typed.fasting),
    collect_from: typed.from || null,
    collect_until: endOf(typed.until) || null,
    release_policy: typed.policy,
    release_after_days: typed.policy === "after_days" ? Number(typed.days) : null,
  };
}

export function checkedTest(typed: Typed, currency: string, isNew: boolean): Mistake[] {
  const fasting = Number(typed.fasting);
  const { from, until } = typed;
  const days = Number(typed.days);
  const mistakeIf = (field: string, message: string, is: boolean): Mistake[] => (is ? [{ field, message }] : []);
  return [
    ...mistakeIf(
      "code",
      t("malformed.test_code"),
      isNew && (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(typed.code.trim()) || typed.code.trim() === "new"),
    ),
    ...missing({
      name: { value: typed.name, say: "missing.test_name" },
      category: { value: typed.category, say: "missing.test_category" },
      specimen: { value: typed.specimen, say: "missing.test_specimen" },
    }),
    ...mistakeIf("price_minor", t("malformed.price"), minorOf(typed.price, currency) === null),
    ...mistakeIf("turnaround_hours", t("malformed.hours"), !isWhole(typed.hours, 2160)),
    ...mistakeIf("stat_minutes", t("malformed.stat"), typed.stat.trim() !== "" && !isWhole(typed.stat, 129_600)),
    ...mistakeIf(
      "repeat_after_days",
      t("malformed.repeat"),
      typed.repeat.trim() !== "" && !isWhole(typed.repeat, 3660),
    ),
    ...mistakeIf(
      "release_after_days",
      t("malformed.release_days"),
      typed.policy === "after_days" && !(Number.isInteger(days) && days >= 1 && days <= 90),
    ),
    ...mistakeIf(
      "fasting_hours",
      t("malformed.fasting"),
      !(Number.isInteger(fasting) && fasting >= 0 && fasting <= 72),
    ),
    ...mistakeIf("collect_from", t("malformed.collect_from"), from === "" && until !== ""),
    ...mistakeIf("collect_until", t("malformed.collect_until"), from !== "" && !(from < endOf(until))),
    ...mistakeIf(
      "loinc",
      t("malformed.loinc"),
      typed.loinc.trim() !== "" && !/^[0-9]{1,7}-[0-9]$/.test(typed.loinc.trim()),
    ),
  ];
}

/** Whether the text is a whole number from 1. */
function isWhole(text: string, most: number): boolean {
  return /^\d{1,6}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most;
}

/** "12.50" or "12,5" in cents; null for an invalid price. */
export function minorOf(text: string, currency: string): number | null {
  const [, whole = "", part = ""] = /^(\d{1,7})(?:[.,](\d{1,3}))?$/.exec(text.trim()) ?? [];
  const places = digits(currency);
  if (whole === "" || part.length > places) return null;
  return Number(whole + part.padEnd(places, "0"));
}

function endOf(time: string): string {
  return time === "00:00" ? "24:00" : time;
}

function digits(currency: string): number {
  const form = new Intl.NumberFormat("en", { style: "currency", currency });
  return form.resolvedOptions().maximumFractionDigits ?? 2;
}
