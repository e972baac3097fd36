/** The region of the public holidays, and a tick for each holiday on which the hospital is closed. */
import { api, outcome } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { locale, longDay } from "../../../lib/time/time";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Select } from "../../../ui/forms/Select";
import { Ready } from "../../../ui/Ready";
import type { Plan, Typed } from "./typed";

interface Props {
  saved: Plan;
  typed: Typed;
  change: (changes: Partial<Typed>) => void;
  errors: readonly Mistake[];
}

export function Region({ saved, typed, change, errors }: Props) {
  const { country, subdivision } = typed;
  const known = useLoad(() => outcome(api.GET("/api/admin/holiday-countries")), []);
  const found = useLoad(async () => {
    if (!country) return { ok: true as const, data: { items: [], next_cursor: null, subdivisions: [] } };
    const query = { country, ...(subdivision && { subdivision }) };
    return outcome(api.GET("/api/admin/holidays", { params: { query } }));
  }, [country, subdivision]);
  const isSaved = country === (saved.country ?? "") && subdivision === (saved.subdivision ?? "");
  const parts = found.data?.subdivisions ?? [];
  const stored = saved.days.filter(({ is_holiday }) => is_holiday);
  return (
    <fieldset>
      <legend>{t("closed_days.region")}</legend>
      <Select
        id="country"
        label={t("closed_days.country")}
        choices={[{ value: "", text: t("closed_days.country.none") }, ...countries(known.data?.countries ?? [country])]}
        value={country}
        onValue={(chosen) => change({ country: chosen, subdivision: "", opened: [] })}
        mistakes={errors}
      />
      {country && (parts.length > 0 || subdivision) && (
        <Select
          id="subdivision"
          label={t("closed_days.subdivision")}
          choices={[
            { value: "", text: t("closed_days.subdivision.none") },
            ...(parts.length > 0 ? parts : [{ code: subdivision, name: subdivision }]).map(({ code, name }) => ({
              value: code,
              text: name,
            })),
          ]}
          value={subdivision}
          onValue={(chosen) => change({ subdivision: chosen, opened: [] })}
          mistakes={errors}
        />
      )}
      {country && !isSaved && <p class="info">{t("closed_days.new")}</p>}
      {country && <p class="hint">{t("closed_days.choose")}</p>}
      {isSaved ? (
        <Ticks days={stored} typed={typed} change={change} />
      ) : (
        <Ready of={found}>{({ items }) => <Ticks days={items} typed={typed} change={change} />}</Ready>
      )}
    </fieldset>
  );
}

function Ticks({
  days,
  typed,
  change,
}: Pick<Props, "typed" | "change"> & { days: readonly Pick<Plan["days"][number], "day" | "names">[] }) {
  const { opened } = typed;
  return (
    <div class="radios">
      {days.map(({ day, names }) => (
        <Checkbox
          key={day}
          id={`closed-${day}`}
          label={inLanguage(names)}
          hint={longDay(day)}
          checked={!opened.includes(day)}
          onValue={(closed) =>
            change({ opened: closed ? opened.filter((one) => one !== day) : [...opened, day].sort() })
          }
        />
      ))}
    </div>
  );
}

/** Countries by their name in the reader's language. */
function countries(codes: readonly string[]): { value: string; text: string }[] {
  const names = new Intl.DisplayNames(locale(), { type: "region" });
  return codes
    .filter(Boolean)
    .map((value) => ({ value, text: names.of(value) ?? value }))
    .sort((one, other) => one.text.localeCompare(other.text, locale()));
}
