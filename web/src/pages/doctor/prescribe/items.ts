/** The prescription form: medicines as text, their mistakes and the request body. */
import type { Schemas } from "../../../api/client";
import { type Mistake, missing } from "../../../lib/forms/form";
import { type Key, t } from "../../../lib/i18n/i18n";

type Chart = Schemas["Chart"];
type Earlier = Schemas["Prescription"];

export interface Item {
  /** A stable key on the form. */
  key: number;
  medicine: string;
  dose: string;
  route: string;
  frequency: string;
  days: string;
  quantity: string;
  repeats: string;
  instructions: string;
}
export interface Typed {
  items: Item[];
  notes: string;
  /** The reasons for alerts by key, also of alerts that are not shown now. */
  reasons?: Readonly<Record<string, string>>;
}

export const MOST_ITEMS = 20;
/** The API's name of each field, and its integer range. */
const WIRE = { days: "duration_days" } as const;
const NUMBERS = { days: [1, 3650], quantity: [1, 10_000], repeats: [0, 99] } as const;
const ASKED = ["medicine", "dose", "route", "frequency", "days"] as const;

export function empty(key: number): Item {
  return {
    key,
    medicine: "",
    dose: "",
    route: "",
    frequency: "",
    days: "",
    quantity: "",
    repeats: "",
    instructions: "",
  };
}

/** The id of a field: its path in the API's refusals. */
export function fieldId(n: number, name: Exclude<keyof Item, "key">): string {
  return `items.${n}.${name in WIRE ? WIRE[name as "days"] : name}`;
}

/** The ids of all fields of the form. */
export function fieldIds(items: readonly Item[]): string[] {
  const names = Object.keys(empty(0)).filter((name) => name !== "key") as Exclude<keyof Item, "key">[];
  return [...items.flatMap((_, n) => names.map((name) => fieldId(n, name))), "notes"];
}

export function check(items: readonly Item[]): Mistake[] {
  return items.flatMap((item, n) => [
    ...ASKED.flatMap((name) =>
      missing({ [fieldId(n, name)]: { value: item[name], say: `prescribe.missing.${name}` as Key } }),
    ),
    ...(["days", "quantity", "repeats"] as const).flatMap((name) => {
      const [least, most] = NUMBERS[name];
      const typed = item[name].trim();
      const right = typed === "" || (/^\d{1,5}$/.test(typed) && Number(typed) >= least && Number(typed) <= most);
      return right ? [] : [{ field: fieldId(n, name), message: t(`prescribe.wrong.${name}`) }];
    }),
  ]);
}

/** The request body of a checked medicine. */
export function sent(item: Item): Schemas["PrescriptionItem"] {
  return {
    medicine: item.medicine.trim(),
    dose: item.dose.trim(),
    route: item.route.trim(),
    frequency: item.frequency.trim(),
    duration_days: Number(item.days),
    quantity: item.quantity.trim() === "" ? null : Number(item.quantity),
    repeats: Number(item.repeats),
    instructions: item.instructions.trim() || null,
  };
}

/** The prescription to copy: the doctor's newest for the patient, otherwise anyone's newest. */
export function lastOf({ prescriptions }: Pick<Chart, "prescriptions">, doctor: number): Earlier | undefined {
  return prescriptions.find((one) => one.doctor.id === doctor) ?? prescriptions[0];
}

/** The form with a chosen medicine: in the first empty place, otherwise appended. */
export function withChoice(items: readonly Item[], fills: Partial<Omit<Item, "key">>): Item[] {
  const free = items.find((item) => !isTyped(item));
  if (free) return items.map((item) => (item === free ? { ...item, ...fills } : item));
  return items.length < MOST_ITEMS ? [...items, { ...empty(nextKey(items)), ...fills }] : [...items];
}

/** An earlier prescription without medicines that are over or on the form already. */
export function toContinue(typed: Typed, earlier: Earlier): Earlier {
  const there = new Set(typed.items.map(({ medicine }) => medicine));
  return { ...earlier, items: earlier.items.filter(({ active, medicine }) => active && !there.has(medicine)) };
}

/** The form with an earlier prescription appended. Typed medicines and notes are kept. */
export function copied(typed: Typed, last: Earlier): Typed {
  const typedItems = typed.items.filter(isTyped);
  const first = nextKey(typed.items);
  const more = last.items.map((item, n) => ({
    key: first + n,
    medicine: item.medicine,
    dose: item.dose,
    route: item.route,
    frequency: item.frequency,
    days: String(item.duration_days),
    quantity: item.quantity === null || item.quantity === undefined ? "" : String(item.quantity),
    repeats: item.repeats ? String(item.repeats) : "",
    instructions: item.instructions ?? "",
  }));
  return { ...typed, items: [...typedItems, ...more].slice(0, MOST_ITEMS), notes: typed.notes || (last.notes ?? "") };
}

export function isTyped({ key: _, ...texts }: Item): boolean {
  return Object.values(texts).some((text) => text.trim() !== "");
}

export function nextKey(items: readonly Item[]): number {
  return Math.max(0, ...items.map(({ key }) => key)) + 1;
}
