/** Name, date of birth and sex of the patient, which the hospital's desk corrects, and its corrections. */
import { type Account, api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { dateOnly } from "../../../lib/time/time";
import { Details } from "../../../ui/Details";
import { LegalChanges } from "../../../ui/LegalChanges";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";

export function About({ me, phone }: { me: Account; phone: string | null }) {
  const query = { limit: 20 };
  const found = useLoad(
    () => outcome(api.GET("/auth/me/legal-details/changes", { params: { query } })),
    [me.id, me.version],
  );
  return (
    <section class="section profile-section" aria-labelledby="about-heading">
      <h2 id="about-heading">{t("profile.about")}</h2>
      <Details
        of={[
          [t("field.name"), me.full_name],
          [t("field.date_of_birth"), me.date_of_birth ? dateOnly(me.date_of_birth) : t("legal.unknown")],
          [t("field.sex"), t(`sex.${me.sex}`)],
        ]}
      />
      <p class="muted">
        {t("legal.ask")} {phone && <Tel number={phone} />}
      </p>
      <Ready of={found}>{({ items }) => <LegalChanges of={items} />}</Ready>
    </section>
  );
}
