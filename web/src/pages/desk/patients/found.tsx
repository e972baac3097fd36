/** Patients that match a search, each with a link; without a match, the way to register a new one. */
import { api, outcome, type Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { usePages } from "../../../lib/loading/query";
import { dateOnly } from "../../../lib/time/time";
import { Empty } from "../../../ui/Empty";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";

type Patient = Schemas["DeskPatient"];

export const SHORTEST = 2;

export interface Props {
  q: string;
  href: (patient: Patient) => string;
  /** The page that registers a new patient. */
  register: string;
}

export function FoundPatients({ q, href, register }: Props) {
  const list = usePages(
    (cursor) => outcome(api.GET("/api/reception/patients", { params: { query: { q, ...(cursor && { cursor }) } } })),
    [q],
  );
  const none = (
    <Empty>
      <p>{t("patients.none")}</p>
      <a class="button" href={register}>
        {t("desk.new_patient")}
      </a>
    </Empty>
  );
  return (
    <Ready of={list} empty={none}>
      {({ items, next_cursor }) => (
        <>
          <p class="muted" role="status">
            {plural(next_cursor ? "patients.first" : "patients.count", items.length)}
          </p>
          <ul class="lines">
            {items.map((patient) => (
              <li key={patient.id}>
                <a href={href(patient)}>{patient.full_name}</a>
                <About patient={patient} />
              </li>
            ))}
          </ul>
          <More of={list} />
        </>
      )}
    </Ready>
  );
}

/** What tells patients of one name apart. */
export function About({ patient: { date_of_birth: born, phone, email, active, reference } }: { patient: Patient }) {
  return (
    <span class="caller">
      {born && <span>{t("patient.born", { date: dateOnly(born) })}</span>}
      {phone && <span>{phone}</span>}
      {email && <span>{email}</span>}
      <span>{reference}</span>
      {!active && <span>{t("patients.closed")}</span>}
    </span>
  );
}
