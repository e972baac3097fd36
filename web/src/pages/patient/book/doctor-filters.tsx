/** The search box and filters of the list of doctors, kept in the address. */
import { t } from "../../../lib/i18n/i18n";
import { languageName } from "../../../lib/i18n/languages";
import { locale } from "../../../lib/time/time";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Select } from "../../../ui/forms/Select";

export interface Wanted {
  q: string;
  specialty: string;
  language: string;
}

interface Props {
  wanted: Wanted;
  specialties: readonly string[];
  /** Language codes, one per doctor and language. */
  languages: readonly string[];
}

export function Filters({ wanted, specialties, languages }: Props) {
  return (
    <SearchForm q={wanted.q} label={t("doctors.search")} act={t("doctors.search.submit")}>
      {(choose) => (
        <>
          <Select
            id="specialty"
            label={t("doctors.specialty")}
            choices={[{ value: "", text: t("doctors.specialty.any") }, ...own(specialties, wanted.specialty)]}
            value={wanted.specialty}
            onValue={(specialty) => choose({ specialty })}
          />
          <Select
            id="language"
            label={t("doctors.language")}
            choices={[{ value: "", text: t("doctors.language.any") }, ...own(languages, wanted.language, languageName)]}
            value={wanted.language}
            onValue={(language) => choose({ language })}
          />
        </>
      )}
    </SearchForm>
  );
}

/** Each value once, by name, with the value of the address even if unknown. */
function own(values: readonly string[], chosen: string, name = (value: string) => value) {
  return [...new Set(chosen ? [...values, chosen] : values)]
    .map((value) => ({ value, text: name(value) }))
    .sort((one, other) => one.text.localeCompare(other.text, locale()));
}
