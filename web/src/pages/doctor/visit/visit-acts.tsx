/** The acts of a visit that a doctor can do now. A new act is one line in ACTS. */
import type { ComponentChildren } from "preact";
import { type Key, t } from "../../../lib/i18n/i18n";
import { dayOf, today } from "../../../lib/time/time";
import { isMovable } from "../follow-up/movable";
import type { Vitals } from "../vitals/load";
import { VitalsAct } from "../vitals/vitals-act";
import type { Visit } from "./visits";

export interface ActProps {
  visit: Visit;
  /** The query that names patient and visit: `patient=7&visit=5`. */
  about: string;
  /** The signed-in doctor. */
  me: number;
  vitals: Vitals;
}

/** The acts in the order of the page. */
const ACTS: readonly ((props: ActProps) => ComponentChildren)[] = [
  ({ about }) => <ActLink href={`/doctor/prescriptions/new?${about}`} say="doctor_visit.prescribe" />,
  ({ about }) => <ActLink href={`/doctor/orders/new?${about}`} say="doctor_visit.order" />,
  ({ about }) => <ActLink href={`/doctor/referrals/new?${about}`} say="doctor_visit.refer" />,
  ({ about }) => <ActLink href={`/doctor/certificates/new?${about}`} say="doctor_visit.certify" />,
  // before the day the status buttons have it
  ({ visit, me }) =>
    isMovable(visit, me) &&
    dayOf(visit.starts_at) <= today() && <ActLink href={`/doctor/visits/${visit.id}/move`} say="doctor_visit.move" />,
  // last, because its form opens below it
  ({ visit, vitals }) => <VitalsAct patient={visit.patient.id} visit={visit.id} vitals={vitals} />,
];

function ActLink({ href, say }: { href: string; say: Key }) {
  return (
    <a class="button quiet" href={href}>
      {t(say)}
    </a>
  );
}

export function VisitActs({ visit, me, vitals }: Omit<ActProps, "about">) {
  const about = `patient=${visit.patient.id}&visit=${visit.id}`;
  return (
    <section class="visit-acts no-print" aria-labelledby="visit-acts">
      <h2 id="visit-acts">{t("visit_acts.title")}</h2>
      <div class="row">
        {ACTS.map((Act, at) => (
          <Act key={at} visit={visit} about={about} me={me} vitals={vitals} />
        ))}
      </div>
    </section>
  );
}
