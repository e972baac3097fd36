/** Finds the calling patient by any detail (`?q=`). */
import { t } from "../../../lib/i18n/i18n";
import { withQuery } from "../../../lib/routing/router";
import { PatientSearch } from "../patients/search";

export function FindPatient({ query }: { query: URLSearchParams }) {
  // the chosen doctor and time stay
  const register = `/desk/patients/new?${new URLSearchParams([...query, ["book", "1"]])}`;
  return (
    <section aria-labelledby="who">
      <h2 id="who" class="form-title">
        {t("phone_booking.who")}
      </h2>
      <PatientSearch
        q={query.get("q") ?? ""}
        href={({ id }) => withQuery({ patient_id: String(id) })}
        register={register}
      />
      <p class="more">
        <a href={register}>{t("desk.new_patient")}</a>
      </p>
    </section>
  );
}
