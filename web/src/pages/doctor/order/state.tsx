/** The state of a laboratory order in the words of clinicians. */
import type { Schemas } from "../../../api/client";
import { rejections } from "../../../lib/clinical/specimens";
import { withdrawn } from "../../../lib/clinical/withdrawn";
import { t } from "../../../lib/i18n/i18n";
import { when } from "../../../lib/time/time";
import { Chip, Status } from "../../../ui/Chip";

type Booking = Schemas["LabBooking"];

/** Whether its doctor can still change it. */
export function isChangeable({ status, collected_at }: Pick<Booking, "status" | "collected_at">): boolean {
  return status === "booked" && collected_at === null;
}

export function OrderState({ order, me }: { order: Booking; me: number }) {
  const { status, late, priority, patient } = order;
  return (
    <div>
      <p class="row">
        {priority === "stat" && <Chip tone="critical">{t("orders.stat")}</Chip>}
        {late ? <Chip tone="no-show">{t("orders.late")}</Chip> : <State status={status} />}
      </p>
      <p class="small">
        {sentence(order, me)}{" "}
        {status === "verified" && (
          <a href={`/doctor/patients/${patient.id}?kind=results`}>
            {t("orders.result")} <span class="unseen">{order.reference}</span>
          </a>
        )}
      </p>
      {rejections(order).map((one) => (
        <p key={one} class="small">
          {one}
        </p>
      ))}
    </div>
  );
}

function State({ status }: { status: Booking["status"] }) {
  if (status === "booked") return <Chip tone="booked">{t("orders.ordered")}</Chip>;
  // the ward has no use for the laboratory's own steps
  return <Status kind="lab" status={status === "in_progress" || status === "resulted" ? "received" : status} />;
}

function sentence(order: Booking, me: number): string {
  const { status, status_reason, expected_by, starts_at, late } = order;
  if (status === "cancelled") return [withdrawn(order, me), status_reason].filter(Boolean).join(" ");
  if (status === "rejected") return t("orders.recollect");
  if (status === "booked") return starts_at ? t("orders.for", { time: when(starts_at) }) : t("orders.any_time");
  if (status === "verified" || expected_by === null) return "";
  return t(late ? "orders.was_expected" : "orders.expected", { time: when(expected_by) });
}
