/** Finds the calling patient by any detail (`?q=`). */
import { t } from "../../../lib/i18n/i18n";
import { withQuery } from "../../../lib/routing/router";
import { PatientSearch } from "../patients/search";

export function FindPatient({ q }: { q: string }) {
  return (
    <section aria-labelledby="who">
      <h2 id="who" class="form-title">
        {t("phone_booking.who")}
      </h2>
      <PatientSearch
        q={q}
        href={({ id }) => withQuery({ patient_id: String(id) })}
        register="/desk/patients/new?book=1"
      />
      <p class="more">
        <a href="/desk/patients/new?book=1">{t("desk.new_patient")}</a>
      </p>
    </section>
  );
}
