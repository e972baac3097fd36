/** The time at the laboratory: unscheduled, or a free slot. */
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
  order: Order;
  put: (change: Partial<Order>) => void;
  errors: readonly Mistake[];
}

export function When({ order, put, errors }: Props) {
  return (
    <div class="stack close">
      <Checkbox
        id="timed"
        label={t("order.timed")}
        hint={t("order.timed.hint")}
        checked={order.timed}
        onValue={(timed) => put({ timed })}
      />
      {order.timed && <Time order={order} put={put} errors={errors} />}
    </div>
  );
}

function Time({ order, put, errors }: Props) {
  const { day, starts_at } = order;
  const codes = order.tests.map(({ code }) => code).join(",");
  const slots = useLoad(async () => {
    if (!isDay(day) || day < today()) return { ok: true as const, data: { items: [], next_cursor: null } };
    return outcome(api.GET("/api/labs/slots", { params: { query: { day, ...(codes && { test_codes: codes }) } } }));
  }, [day, codes]);
  const free = slots.data?.items.filter((slot) => slot.free > 0) ?? [];
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
