/** The search box and filters of the list of doctors, kept in the address. */
import { t } from "../../../lib/i18n/i18n";
import { type InLanguages, inLanguage } from "../../../lib/i18n/in-languages";
import { languageName } from "../../../lib/i18n/languages";
import { locale } from "../../../lib/time/time";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { Select } from "../../../ui/forms/Select";
import { SuggestField } from "../../../ui/forms/SuggestField";

export interface Wanted {
  q: string;
  specialty: string;
  language: string;
}

interface Specialty {
  name: string;
  code: string | null;
  names: InLanguages;
}

interface Props {
  wanted: Wanted;
  specialties: readonly Specialty[];
  /** Language codes, one per doctor and language. */
  languages: readonly string[];
}

export function Filters({ wanted, specialties, languages }: Props) {
  const named = new Map(specialties.map((one) => [choiceOf(one), inLanguage(one.names)]));
  // links name a specialty as it is stored, or by its code
  const known = specialties.find(({ name, code }) => [name, code].includes(wanted.specialty));
  const specialty = known ? choiceOf(known) : wanted.specialty;
  return (
    <SearchForm q={wanted.q} label={t("doctors.search")} act={t("doctors.search.submit")} Box={SuggestField}>
      {(choose) => (
        <>
          <Select
            id="specialty"
            label={t("doctors.specialty")}
            choices={[
              { value: "", text: t("doctors.specialty.any") },
              ...own([...named.keys()], specialty, (value) => named.get(value) ?? value),
            ]}
            value={specialty}
            onValue={(chosen) => choose({ specialty: chosen })}
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

function choiceOf({ code, name }: Specialty): string {
  return code ?? name;
}

/** Each value once, by name, with the value of the address even if unknown. */
function own(values: readonly string[], chosen: string, name: (value: string) => string) {
  return [...new Set(chosen ? [...values, chosen] : values)]
    .map((value) => ({ value, text: name(value) }))
    .sort((one, other) => one.text.localeCompare(other.text, locale()));
}
