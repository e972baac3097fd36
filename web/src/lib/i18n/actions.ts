/** Words for the actions of the audit trail. */
import type { OperationId } from "../../api/client";
import { codesOf, t, tCode } from "./i18n";

/** Returns every action that the audit trail can hold: the ones that i18n/<language>/trail.json has words for. */
export function actions(): string[] {
  return codesOf("action");
}

/** Returns the words for an action, or its name where it is newer than this page. */
export function actionWords(action: string): string {
  return tCode("action", action, t("trail.unknown", { action }));
}

/** Actions of the services themselves. */
const BY_SYSTEM = new Set([
  "accept_audit_head",
  "archive_audit",
  "close_uncollected",
  "erase_record",
  "escalate_critical",
  "export_record",
  "import_person",
  "release_after_days",
  "rotate_keys",
]);

/** Returns the words for an event without an account. */
export function nobody(action: string): string {
  return t(BY_SYSTEM.has(action) ? "trail.system" : "trail.nobody");
}

/** Returns whether a doctor opened the chart of a patient in the care of others. */
export function isEmergency({ action, reason }: { action: string; reason: string | null }): boolean {
  return action === ("open_chart" satisfies OperationId) && reason !== null;
}
