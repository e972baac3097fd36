/** The choice of a visit type in a form; nothing where there is one type or none. */
import type { Mistake } from "../../lib/forms/form";
import { plural, t } from "../../lib/i18n/i18n";
import { inLanguage } from "../../lib/i18n/in-languages";
import type { TypeOption } from "../../lib/loading/visit-types";
import { Select } from "../forms/Select";

interface Props {
  id: string;
  of: readonly TypeOption[];
  /** The text of the choice of no type; without it one of the types is chosen. */
  none?: string;
  value: string;
  onValue: (id: string) => void;
  mistakes?: readonly Mistake[];
}

export function TypeSelect({ of, none, mistakes, ...control }: Props) {
  if (of.length < 2) return null;
  const types = of.map((one) => ({ value: String(one.id), text: textOf(one) }));
  const choices = none ? [{ value: "", text: none }, ...types] : types;
  return <Select {...control} label={t("types.label")} choices={choices} {...(mistakes && { mistakes })} />;
}

function textOf({ names, minutes, price }: TypeOption): string {
  return [inLanguage(names), plural("types.minutes", minutes), price].filter(Boolean).join(" · ");
}
