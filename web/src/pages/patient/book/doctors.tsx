/** Find a doctor: search and filters in the address, each doctor with the next free time. */
import { useRef, useState } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { useLoad, usePages } from "../../../lib/loading/query";
import "../../../style/portals/patient.css";
import type { PageProps } from "../../../lib/routing/page";
import { Empty } from "../../../ui/Empty";
import { Page } from "../../../ui/frame/Page";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";
import { Filters, type Wanted } from "./doctor-filters";
import { DoctorCard } from "./found-doctor";
import { Emergencies, Meaning, type Understood } from "./understood";

const LANGUAGE = /^[a-z]{2,3}(-[A-Z]{2})?$/;

export default function Doctors({ query, config }: PageProps) {
  const wanted = wantedOf(query);
  const { q, specialty, language } = wanted;
  const filters = { ...(q && { q }), ...(specialty && { specialty }), ...(language && { language }) };
  const shown = useRef(q);
  shown.current = q;
  const [meaning, setMeaning] = useState<{ q: string; of: Understood | null }>({ q: "", of: null });
  const [outside, setOutside] = useState(0);
  const found = usePages(
    async (cursor) => {
      const page = await outcome(
        api.GET("/api/doctors", { params: { query: { ...filters, limit: 24, ...(cursor && { cursor }) } } }),
      );
      // not of an older search that was answered late
      if (page.ok && shown.current === q) {
        setMeaning({ q, of: page.data.understood });
        setOutside(page.data.outside_ages);
      }
      return page;
    },
    [filters],
  );
  const understood = meaning.q === q ? meaning.of : null;
  const specialties = useLoad(() => outcome(api.GET("/api/specialties")), []);
  const everybody = useLoad(() => outcome(api.GET("/api/doctors", { params: { query: { limit: 100 } } })), []);
  const count = found.data?.items.length ?? 0;

  return (
    <Page title={t("doctors.title")} lead={t("doctors.lead")}>
      {understood && <Emergencies of={understood} />}
      <Filters
        wanted={wanted}
        specialties={specialties.data?.items ?? []}
        languages={everybody.data?.items.flatMap(({ languages }) => languages) ?? []}
      />
      <p class="muted doctors-count" role="status">
        {found.data && plural(found.more ? "doctors.first" : "doctors.count", count)}
      </p>
      {outside > 0 && (q || specialty) && <OtherAges count={outside} phone={config.phone} />}
      {understood && count > 0 && <Meaning of={understood} q={q} />}
      <Ready of={found} empty={<Nobody />}>
        {({ items }) => (
          <ul class="cards doctors">
            {items.map((doctor) => (
              <DoctorCard key={doctor.id} doctor={doctor} config={config} />
            ))}
          </ul>
        )}
      </Ready>
      <More of={found} />
    </Page>
  );
}

/** Doctors that are left out, because they see patients of another age. */
function OtherAges({ count, phone }: { count: number; phone: string | null }) {
  return (
    <p class="info section">
      {plural("doctors.other_ages", count)} {phone && <Tel number={phone} />}
    </p>
  );
}

function Nobody() {
  return (
    <Empty>
      <p>{t("doctors.none")}</p>
      <a class="button quiet" href="/doctors">
        {t("doctors.clear")}
      </a>
    </Empty>
  );
}

/** The query of the address; invalid parts are ignored. */
function wantedOf(query: URLSearchParams): Wanted {
  const [q, specialty] = ["q", "specialty"].map((name) => (query.get(name) ?? "").trim().slice(0, 100));
  const language = query.get("language") ?? "";
  return { q: q ?? "", specialty: specialty ?? "", language: LANGUAGE.test(language) ? language : "" };
}
