/** The time at the laboratory: unscheduled, or a free slot at which the patient has no other appointment. */
import { api, outcome } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { clock, isDay, today } from "../../../lib/time/time";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import type { Order } from "./order-draft";

interface Props {
  patient: number;
  order: Order;
  put: (change: Partial<Order>) => void;
  errors: readonly Mistake[];
}

export function When({ patient, order, put, errors }: Props) {
  return (
    <div class="stack close">
      <Checkbox
        id="timed"
        label={t("order.timed")}
        hint={t("order.timed.hint")}
        checked={order.timed}
        onValue={(timed) => put({ timed })}
      />
      {order.timed && <Time patient={patient} order={order} put={put} errors={errors} />}
    </div>
  );
}

function Time({ patient, order, put, errors }: Props) {
  const { day, starts_at } = order;
  const codes = order.tests.map(({ code }) => code).join(",");
  const slots = useLoad(async () => {
    if (!isDay(day) || day < today()) return { ok: true as const, data: { items: [], next_cursor: null } };
    return outcome(api.GET("/api/labs/slots", { params: { query: { day, patient_id: patient, ...(codes && { test_codes: codes }) } } }));
  }, [day, patient, codes]);
  const places = slots.data?.items.filter((slot) => slot.free > 0) ?? [];
  const free = places.filter(({ other }) => other === null);
  const none = slots.data && free.length === 0;
  return (
    <div class="pair">
      <Field
        id="day"
        type="date"
        label={t("order.day")}
        value={day}
        onValue={(value) => put({ day: value, starts_at: "" })}
        input={{ min: today(), max: "2099-12-31" }}
      />
      <Select
        id="starts_at"
        label={t("order.time")}
        hint={free.length < places.length ? t("order.busy_times") : ""}
        choices={[
          { value: "", text: t(none ? "order.no_times" : slots.failure ? "order.times_failed" : "order.choose_time") },
          ...free.map((slot) => ({ value: slot.starts_at, text: clock(slot.starts_at) })),
        ]}
        value={starts_at}
        onValue={(value) => put({ starts_at: value })}
        mistakes={errors}
      />
    </div>
  );
}
