/** The prescription form: medicines as text, their mistakes and the request body. */
import type { Schemas } from "../../../api/client";
import { type Mistake, missing } from "../../../lib/forms/form";
import { type Key, t } from "../../../lib/i18n/i18n";

type Chart = Schemas["Chart"];
type Noted = Pick<Chart, "allergies" | "checks">;
export type Conflict = Schemas["AllergyMatch"];
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
  override: string;
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
  return [...items.flatMap((_, n) => names.map((name) => fieldId(n, name))), "notes", "override_reason"];
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

/** Allergies that conflict with a medicine: one of its words is a name of the allergy's check, as the server compares. */
export function conflicts(medicine: string, { allergies, checks }: Noted): Conflict[] {
  const found = words(medicine);
  return allergies
    .filter((_, n) => checks[n]?.names.some((name) => found.some((word) => isNamed(word, name))))
    .map(({ substance, severity, reaction }) => ({
      medicine: medicine.trim(),
      substance,
      severity,
      reaction: reaction ?? null,
    }));
}

/** All conflicts of the form: from the chart, and from the server's refusal if the chart is outdated. */
export function allConflicts(items: readonly Item[], noted: Noted, refused: readonly Conflict[]): Conflict[] {
  const names = new Set(items.map(({ medicine }) => medicine.trim()));
  const all = [
    ...[...names].flatMap((medicine) => conflicts(medicine, noted)),
    ...refused.filter(({ medicine }) => names.has(medicine)),
  ];
  const of = ({ medicine, substance }: Conflict): string => `${medicine}\n${substance}`;
  return [...new Map(all.map((one) => [of(one), one])).values()];
}

/** Whether a word is a name of a check, or begins with a long one; names have no doubled letters. */
function isNamed(word: string, name: string): boolean {
  const single = word.replace(/(.)\1+/gu, "$1");
  return word === name || single === name || (name.length > 5 && single.startsWith(name));
}

function words(name: string): string[] {
  // upper then lower case, so that ß equals ss
  const plain = name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}
