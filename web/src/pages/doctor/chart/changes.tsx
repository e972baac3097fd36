/** The changes of allergies and problems of a chart: author, time, and the entries that came, left or changed. */
import { api, outcome, type Schemas } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import { dateOnly, when } from "../../../lib/time/time";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { entryChanges } from "./entry-changes";
import { Fold } from "./fold";

type Change = Schemas["ChartChange"];
const FIRST = 5;

export function Changes({ patient, version }: { patient: number; version: number }) {
  return (
    <div class="no-print">
      <Fold title={t("changes.title")}>
        <Listed patient={patient} version={version} />
      </Fold>
    </div>
  );
}

function Listed({ patient, version }: { patient: number; version: number }) {
  const found = usePages(
    (cursor) => {
      const params = { path: { patient_id: patient }, query: { limit: FIRST, ...(cursor && { cursor }) } };
      return outcome(api.GET("/api/doctor/patients/{patient_id}/history", { params }));
    },
    [patient, version],
  );
  return (
    <>
      <Ready of={found} empty={<p class="muted">{t("changes.none")}</p>}>
        {({ items }) => (
          <ol class="plain stack close">
            {items.map((one) => (
              <li key={one.version}>
                <p>
                  <b>{t(`changes.${one.part}`)}</b>{" "}
                  <span class="muted small">
                    {t("changes.by", { name: one.changed_by.full_name, when: when(one.changed_at) })}
                  </span>
                </p>
                <ul class="plain">
                  {linesOf(one).map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        )}
      </Ready>
      <More of={found} />
    </>
  );
}

function linesOf({ before, after }: Change): string[] {
  const allergies = entryChanges(before.allergies ?? [], after.allergies ?? [], ({ substance }) => substance, allergy);
  const problems = entryChanges(before.problems ?? [], after.problems ?? [], ({ name }) => name, problem);
  const none = after.no_known_allergies && !before.no_known_allergies ? [t("changes.none_known")] : [];
  const asked = before.no_known_allergies && !after.no_known_allergies ? [t("changes.not_none_known")] : [];
  const lines = [...allergies, ...problems].map(({ kind, entry, was }) => t(`changes.${kind}`, { entry, was }));
  const all = [...none, ...asked, ...lines];
  return all.length > 0 ? all : [t("changes.order")];
}

function allergy({ substance, reaction, severity, certainty, onset, noted_on }: Schemas["Allergy"]): string {
  return joined([
    substance,
    t(`severity.${severity}`),
    reaction,
    certainty && t(`certainty.${certainty}`),
    onset && t("allergies.onset.day", { day: dateOnly(onset) }),
    noted_on && t("allergies.noted_on", { day: dateOnly(noted_on) }),
  ]);
}

function problem({ name, icd10, status, since }: Schemas["Condition"]): string {
  const day = since && t("problems.since.day", { day: dateOnly(since) });
  return joined([name, icd10, t(`problems.${status}`), day]);
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter(Boolean).join(", ");
}
