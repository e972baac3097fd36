/** Parts of critical results that the band, the doctor's page and the laboratory's list share. */

import type { Schemas } from "../../api/client";
import { observable } from "../../api/observable";
import { nameOf, testNameOf } from "../i18n/in-languages";
import { shown } from "./results";

export type Critical = Schemas["CriticalResult"];

/** The number of answers given on this page; the band asks again after each. */
export const answers = observable(0);

/** "Potassium 7.4 mmol/L" for each critical value, otherwise the test. */
export function criticalValues({ result }: Critical): string {
  const critical = result.observations.filter(({ flag }) => flag.startsWith("critical"));
  return critical.length > 0 ? critical.map((one) => `${nameOf(one)} ${shown(one)}`).join(", ") : testNameOf(result);
}
