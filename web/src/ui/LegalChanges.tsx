/** Corrections of legal details, newest first: the old and the new value, the reason and the author. */
import type { Schemas } from "../api/client";
import { t } from "../lib/i18n/i18n";
import { dateOnly, when } from "../lib/time/time";

type Details = Schemas["LegalDetails"];

export function LegalChanges({ of }: { of: readonly Schemas["LegalChange"][] }) {
  if (of.length === 0) return null;
  return (
    <>
      <h3>{t("legal.changes")}</h3>
      <ul class="lines">
        {of.map(({ id, at, by, reason, before, after }) => (
          <li key={id}>
            {changed(before, after).map((line) => (
              <span key={line}>{line}</span>
            ))}
            <span class="muted">{t("legal.by", { name: by.full_name, when: when(at), reason })}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function changed(before: Details, after: Details): string[] {
  const day = (one: Details): string => (one.date_of_birth ? dateOnly(one.date_of_birth) : t("legal.unknown"));
  const lines = [
    before.full_name !== after.full_name && t("legal.name", { before: before.full_name, after: after.full_name }),
    before.date_of_birth !== after.date_of_birth && t("legal.born", { before: day(before), after: day(after) }),
    before.sex !== after.sex && t("legal.sex", { before: t(`sex.${before.sex}`), after: t(`sex.${after.sex}`) }),
  ];
  return lines.filter((line) => line !== false);
}
