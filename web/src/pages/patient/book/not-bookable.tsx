/** A doctor who takes no appointments here: the reason, the next step, and colleagues with their next free time. */

import type { ComponentChildren } from "preact";
import { api, type Config, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";
import { DoctorCard } from "./found-doctor";

interface Props {
  /** Null where only the address names the doctor. */
  doctor: string | null;
  specialty: string | null;
  config: Config;
  /** Further actions, such as cancelling. */
  children?: ComponentChildren;
}

export function NotBookable({ doctor, specialty, config, children }: Props) {
  const query = { limit: 6, ...(specialty && { specialty }) };
  const colleagues = useLoad(() => outcome(api.GET("/api/doctors", { params: { query } })), [specialty]);
  const [colleague] = colleagues.data?.items ?? [];
  const name = (colleague && specialtyName(colleague)) ?? specialty ?? "";
  return (
    <section class="section stack" aria-labelledby="not-bookable">
      <div class="warning">
        <h2 id="not-bookable">{doctor ? t("left.title", { doctor }) : t("left.title.unnamed")}</h2>
        <p>{t(children ? "left.about.visit" : "left.about")}</p>
        {config.phone && (
          <p>
            {t("visit.call")} <Tel number={config.phone} />
          </p>
        )}
        {children}
      </div>
      <h2>{specialty ? t("left.colleagues", { specialty: name }) : t("left.others")}</h2>
      <Ready of={colleagues} empty={<p>{t("left.none")}</p>}>
        {({ items }) => (
          <ul class="cards doctors">
            {items.map((one) => (
              <DoctorCard key={one.id} doctor={one} config={config} />
            ))}
          </ul>
        )}
      </Ready>
      <p>
        <a href="/doctors">{t("doctor.back")}</a>
      </p>
    </section>
  );
}
