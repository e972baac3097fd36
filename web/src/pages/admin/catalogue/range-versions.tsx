/** Earlier and coming versions of a value's ranges, the last one first. */
import { api, outcome, type Schemas } from "../../../api/client";
import { usual } from "../../../lib/clinical/results";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { dateOnly, when } from "../../../lib/time/time";
import { Ready } from "../../../ui/Ready";
import { ageText } from "./analyte-fields";

type Version = Schemas["RangeVersion"];
type Span = Pick<Schemas["AgeGap"], "age_from_days" | "age_to_days"> & { sex: Schemas["Sex"] | null };

export function Versions({ analyte }: { analyte: Schemas["KnownAnalyte"] }) {
  const path = { analyte: analyte.code };
  const found = useLoad(
    () => outcome(api.GET("/api/labs/analytes/{analyte}/history", { params: { path } })),
    [analyte.code],
  );
  return (
    <section class="section">
      <h2>{t("ranges.history")}</h2>
      <Ready of={found}>
        {({ items }) => (
          <ol class="plain stack" reversed>
            {items.map((version) => (
              <li key={version.version}>
                <One of={version} decimals={analyte.decimals} />
              </li>
            ))}
          </ol>
        )}
      </Ready>
    </section>
  );
}

function One({ of, decimals }: { of: Version; decimals: number }) {
  const { unit, gaps, edited_by, edited_at } = of;
  return (
    <div class="card">
      <h3>{of.valid_from ? t("ranges.since", { day: dateOnly(of.valid_from) }) : t("ranges.beginning")}</h3>
      <p class="small">{of.source}</p>
      {edited_by && edited_at && (
        <p class="muted small">{t("ranges.edited", { name: edited_by.full_name, when: when(edited_at) })}</p>
      )}
      <ul class="plain small">
        {of.ranges.map((range) => (
          <li key={`${range.sex} ${range.age_from_days}`}>
            {whose(range)}: {usual({ range, usual_names: [], unit, decimals })}
            {limits(range)}
          </li>
        ))}
      </ul>
      {gaps.length > 0 && <p class="warning small">{t("ranges.gaps", { ages: gaps.map(whose).join(", ") })}</p>}
    </div>
  );
}

function whose({ sex, age_from_days: from, age_to_days: to }: Span): string {
  const ages = to === null ? `${ageText(from)}–` : `${ageText(from)}–${ageText(to)}`;
  return `${sex ? t(`sex.${sex}`) : t("ranges.any_sex")} ${ages}`;
}

function limits({ critical_low: low, critical_high: high }: Version["ranges"][number]): string {
  if (low === null && high === null) return "";
  return `; ${t("ranges.critical", { limits: [low !== null && `≤ ${low}`, high !== null && `≥ ${high}`].filter(Boolean).join(", ") })}`;
}
