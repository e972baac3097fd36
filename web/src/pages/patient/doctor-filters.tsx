/** The search box and the choices above the list of doctors. They live in the address. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { languageName } from "../../lib/languages";
import { locale } from "../../lib/time";
import { go, withQuery } from "../../router";
import { Field } from "../../ui/Field";
import { Select } from "../../ui/Select";

export interface Wanted {
  q: string;
  specialty: string;
  language: string;
}

interface Props {
  wanted: Wanted;
  specialties: readonly string[];
  /** Codes, as often as they are spoken. */
  languages: readonly string[];
}

export function Filters({ wanted, specialties, languages }: Props) {
  const [q, setQ] = useState(wanted.q);
  useEffect(() => setQ(wanted.q), [wanted.q]);
  // whatever is chosen, the words that stand in the box count
  const choose = (change: Partial<Wanted>): void =>
    go(withQuery({ ...wanted, q: q.trim(), ...change }), { replace: true });
  const search = (event: Event): void => {
    event.preventDefault();
    choose({});
  };
  return (
    <search>
      <form class="filters doctor-filters" noValidate onSubmit={search}>
        <Field
          id="q"
          type="search"
          label={t("doctors.search")}
          value={q}
          onValue={setQ}
          input={{ maxLength: 100, inputMode: "search" }}
        />
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
        <button type="submit" class="button">
          {t("doctors.search.submit")}
        </button>
      </form>
    </search>
  );
}

/** Each value once, by name; what the address asks for is among them, known or not. */
function own(values: readonly string[], chosen: string, name = (value: string) => value) {
  return [...new Set(chosen ? [...values, chosen] : values)]
    .map((value) => ({ value, text: name(value) }))
    .sort((one, other) => one.text.localeCompare(other.text, locale()));
}
