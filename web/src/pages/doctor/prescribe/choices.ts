/** Medicines to choose from, with the fields that each fills. */

import type { Schemas } from "../../../api/client";
import { frequencyText } from "../../../lib/clinical/dosing";
import { type Key, t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import type { Item } from "./items";

export type Used = Schemas["UsedMedicine"];
type Found = Schemas["Medicine"];

export interface Choice {
  key: string;
  name: string;
  /** Substances, dose and frequency in one line. */
  about: string;
  fills: Partial<Omit<Item, "key">>;
}

/** The list's names of routes, as the form says them. */
const ROUTES: Readonly<Record<string, Key>> = {
  oral: "prescribe.route.oral",
  sublingual: "prescribe.route.sublingual",
  inhaled: "prescribe.route.inhaled",
  skin: "prescribe.route.topical",
  patch: "prescribe.route.topical",
  eye: "prescribe.route.ocular",
  ear: "prescribe.route.otic",
  nasal: "prescribe.route.nasal",
  rectal: "prescribe.route.rectal",
  vaginal: "prescribe.route.vaginal",
  sc: "prescribe.route.subcutaneous",
  im: "prescribe.route.intramuscular",
  iv: "prescribe.route.intravenous",
};
/** The list's frequencies that the form has in other words. */
const OFTEN: Readonly<Record<string, Key>> = {
  "in the morning": "prescribe.often.morning",
  "at night": "prescribe.often.evening",
  "once a day": "prescribe.often.daily",
  "twice a day": "prescribe.often.twice",
  "3 times a day": "prescribe.often.three",
  "4 times a day": "prescribe.often.four",
  "every 6 hours": "prescribe.often.six_hours",
  "every 8 hours": "prescribe.often.eight_hours",
  "every 12 hours": "prescribe.often.twelve_hours",
  "once a week": "prescribe.often.weekly",
  "as needed": "prescribe.often.as_needed",
};

/** A medicine of the list replaces dose, route and frequency: the ones of another medicine would be wrong for it. */
export function ofMedicine(found: Found): Choice {
  const { matched, substances, classes, dose, frequency } = found;
  const name = matched.charAt(0).toUpperCase() + matched.slice(1);
  const often = OFTEN[frequency?.en ?? ""];
  const route = ROUTES[found.routes[0] ?? ""];
  const names = substances.map(inLanguage);
  const parts = names.length === 1 && names[0]?.toLowerCase() === matched.toLowerCase() ? [] : [names.join(" + ")];
  return {
    key: `list ${found.kind} ${matched} ${found.name.en}`,
    name,
    about: [...parts, classes[0] && inLanguage(classes[0]), dose].filter(Boolean).join(" · "),
    fills: {
      medicine: name,
      dose: dose ?? "",
      route: route ? t(route) : "",
      frequency: often ? t(often) : frequency ? inLanguage(frequency) : "",
    },
  };
}

/** A medicine as the doctor prescribed it last. */
export function ofUsed(used: Used): Choice {
  const { medicine, dose, route, frequency } = used;
  return {
    key: `used ${medicine}`,
    name: medicine,
    about: t("sheet.take", { dose, frequency: frequencyText(frequency) }),
    fills: {
      medicine,
      dose,
      route,
      frequency,
      days: String(used.duration_days),
      quantity: used.quantity === null ? "" : String(used.quantity),
      repeats: used.repeats ? String(used.repeats) : "",
    },
  };
}
