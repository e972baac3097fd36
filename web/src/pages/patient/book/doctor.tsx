/** A doctor, and their free times of seven days (`?week=` is the first one). */

import { api, outcome } from "../../../api/client";
import { agesText } from "../../../lib/i18n/ages";
import { t } from "../../../lib/i18n/i18n";
import { specialtyName } from "../../../lib/i18n/in-languages";
import { languageNames } from "../../../lib/i18n/languages";
import { useLoad } from "../../../lib/loading/query";
import type { PageProps } from "../../../lib/routing/page";
import { Details } from "../../../ui/Details";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { TypeChoice } from "../../../ui/types/TypeChoice";
import { firstDay, useSlots } from "../../../ui/week/FreeWeek";
import "../../../style/portals/patient.css";
import { bookHref, typeHere } from "../../../lib/routing/booking-links";
import { DoctorWeek } from "./doctor-week";
import { ByPhone } from "./found-doctor";
import { NotBookable } from "./not-bookable";

export default function Doctor({ params, query, config }: PageProps) {
  const path = { doctor_id: Number(params.id) };
  const week = firstDay(query.get("week"), config);
  const doctor = useLoad(() => outcome(api.GET("/api/doctors/{doctor_id}", { params: { path } })), [params.id]);
  const slots = useSlots(path.doctor_id, week, typeHere());
  if (doctor.failure?.problem.code === "not_found")
    return (
      <Page title={t("left.page")} back={{ href: "/doctors", text: t("doctor.back") }}>
        <NotBookable doctor={null} specialty={query.get("specialty")} config={config} />
      </Page>
    );
  return (
    <Ready of={doctor} whole>
      {(found) => (
        <Page
          title={found.full_name}
          lead={specialtyName(found) ?? undefined}
          back={{ href: "/doctors", text: t("doctor.back") }}
        >
          <Details
            of={[
              [t("doctor.about"), found.bio],
              [t("doctor.languages"), found.languages.length > 0 && languageNames(found.languages)],
              [t("doctor.place"), found.room],
              [t("doctor.ages"), found.ages && agesText(found.ages)],
            ]}
          />
          {found.booking === "phone" && (
            <div class="info section">
              <ByPhone doctor={found} config={config} />
            </div>
          )}
          <p>
            <a href={`/waitlist/new?doctor_id=${found.id}${typeHere() ? `&type=${typeHere()}` : ""}`}>
              {t("doctors.tell_me")}
            </a>
          </p>
          <TypeChoice of={slots.data} />
          <DoctorWeek
            doctor={found}
            config={config}
            week={week}
            slots={slots}
            {...(found.booking === "online" && { href: ({ starts_at }) => bookHref(found.id, starts_at) })}
          />
        </Page>
      )}
    </Ready>
  );
}
