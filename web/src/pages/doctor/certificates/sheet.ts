/** The texts that a doctor typed for a certificate, and the members that its kind has. */
import type { Schemas } from "../../../api/client";
import { type Mistake, missing } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { dayOf, type Instant, minuteOfDay, today } from "../../../lib/time/time";
import type { Visit } from "../visit/visits";

/** All members are kept when the kind is changed. */
export interface Sheet {
  kind: Schemas["CertificateKind"];
  first_day: string;
  last_day: string;
  present_from: string;
  present_until: string;
  statement: string;
  diagnosis: string;
}
type Typed = Exclude<keyof Sheet, "kind" | "diagnosis">;

export const FIELDS = ["kind", "first_day", "last_day", "present_from", "present_until", "statement", "diagnosis"];
const NEEDED = {
  unable_to_work: ["first_day", "last_day"],
  attendance: ["present_from", "present_until"],
  statement: ["statement"],
} as const satisfies Record<Sheet["kind"], readonly Typed[]>;

/** A sick note for today, and the times of the visit. */
export function startOf(visit: Visit | null): Sheet {
  return {
    kind: "unable_to_work",
    first_day: visit && dayOf(visit.starts_at) <= today() ? dayOf(visit.starts_at) : today(),
    last_day: "",
    present_from: visit ? wallClock(visit.starts_at) : "",
    present_until: visit ? wallClock(visit.ends_at) : "",
    statement: "",
    diagnosis: "",
  };
}

/** "09:05", as inputs and the API write it in every language. */
function wallClock(instant: Instant): string {
  const minute = minuteOfDay(instant);
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

export function check(sheet: Sheet): Mistake[] {
  const needed: readonly Typed[] = NEEDED[sheet.kind];
  const fields = needed.map((name) => [name, { value: sheet[name], say: `certify.missing.${name}` as const }]);
  const found = missing(Object.fromEntries(fields));
  if (found.length > 0) return found;
  if (sheet.kind === "unable_to_work" && sheet.last_day < sheet.first_day)
    return [{ field: "last_day", message: t("certify.wrong.order") }];
  if (sheet.kind === "attendance" && sheet.present_until <= sheet.present_from)
    return [{ field: "present_until", message: t("certify.wrong.times") }];
  return [];
}

export function bodyOf(sheet: Sheet): Omit<Schemas["Certify"], "patient_id" | "appointment_id"> {
  const needed: readonly Typed[] = NEEDED[sheet.kind];
  const members = Object.fromEntries(needed.map((name) => [name, sheet[name].trim()]));
  return { kind: sheet.kind, ...members, diagnosis: sheet.diagnosis.trim() || null };
}
