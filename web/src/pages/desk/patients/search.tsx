/** The search for a patient by any detail, kept in the address (`?q=`), with the patients it finds. */
import { t } from "../../../lib/i18n/i18n";
import { SearchForm } from "../../../ui/forms/SearchForm";
import { FoundPatients, type Props, SHORTEST } from "./found";

export function PatientSearch({ q, ...found }: Props) {
  return (
    <>
      <SearchForm
        q={q}
        label={t("patients.search")}
        hint={t("patients.search.hint")}
        act={t("patients.find")}
        check={(words) => words.length < SHORTEST && "patients.short"}
      />
      {q.length >= SHORTEST && <FoundPatients q={q} {...found} />}
    </>
  );
}
