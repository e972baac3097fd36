/** Open work of a doctor, and the colleague that takes it over. */
import { api, outcome, type Schemas } from "../../../api/client";
import { plural, t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDoctor } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import { dateOnly, dayOf } from "../../../lib/time/time";
import { Empty } from "../../../ui/Empty";
import { Select } from "../../../ui/forms/Select";
import { Ready } from "../../../ui/Ready";

type Work = Schemas["OpenWork"];
const KINDS = [
  "upcoming_visits",
  "unsigned_notes",
  "results_to_release",
  "lab_orders",
  "referrals_received",
  "referrals_sent",
  "active_prescriptions",
  "refills",
] as const satisfies readonly (keyof Work)[];

interface Props {
  id: number;
  value: string;
  onValue: (colleague: string) => void;
  /** Shown above the choice once work waits. */
  lead: string;
}

/** The open work, and the choice of a colleague; no choice where no work waits. */
export function Handover({ id, value, onValue, lead }: Props) {
  const params = { path: { account_id: id } };
  const found = useLoad(() => outcome(api.GET("/api/admin/accounts/{account_id}/open-work", { params })), [id]);
  const doctors = useLoad(() => everyDoctor(), []);
  const none = (
    <Empty>
      <p>{t("handover.none")}</p>
    </Empty>
  );
  const colleagues = (doctors.data ?? []).filter((one) => one.account_active && one.id !== id);
  return (
    <Ready of={found} empty={none} isEmpty={({ work }) => work.total === 0}>
      {({ work, colleague }) => (
        <div class="stack close">
          <p>{colleague ? t("handover.by", { name: colleague.full_name }) : lead}</p>
          <WorkList work={work} doctor={id} />
          <Select
            id="colleague_id"
            label={t("handover.choose")}
            hint={t("handover.hint")}
            choices={[{ value: "", text: t("handover.nobody") }, ...doctorChoices(colleagues)]}
            value={value}
            onValue={onValue}
          />
        </div>
      )}
    </Ready>
  );
}

/** Warns before the last active account of the laboratory changes. */
export function LastOfLaboratory({ id }: { id: number }) {
  const params = { path: { account_id: id } };
  const found = useLoad(() => outcome(api.GET("/api/admin/accounts/{account_id}/open-work", { params })), [id]);
  return (
    <Ready of={found}>{({ last_of_role }) => last_of_role && <p class="warning">{t("handover.last_lab")}</p>}</Ready>
  );
}

function WorkList({ work, doctor }: { work: Work; doctor: number }) {
  return (
    <ul>
      {KINDS.filter((kind) => work[kind] > 0).map((kind) => (
        <li key={kind}>
          {kind === "upcoming_visits" ? (
            <a href={`/desk/appointments?doctor_id=${doctor}`}>{plural(`work.${kind}`, work[kind])}</a>
          ) : (
            plural(`work.${kind}`, work[kind])
          )}
        </li>
      ))}
    </ul>
  );
}

/** Doctors that left, with work that has no owner. */
export function WithoutOwner() {
  const query = { without_owner: true, limit: 100 };
  const found = useLoad(() => outcome(api.GET("/api/admin/handovers", { params: { query } })), []);
  if (!found.data?.items.length) return null;
  return (
    <section class="warning" aria-labelledby="without-owner">
      <h2 id="without-owner">{t("handover.without_owner")}</h2>
      <ul>
        {found.data.items.map(({ doctor, left_at, work }) => (
          <li key={doctor.id}>
            <a href={`/admin/people/${doctor.id}`}>{doctor.full_name}</a>{" "}
            <span>{t("handover.since", { day: dateOnly(dayOf(left_at)) })}</span>
            <WorkList work={work} doctor={doctor.id} />
          </li>
        ))}
      </ul>
    </section>
  );
}
