/** The time at the laboratory: unscheduled, or a free slot. */
import { api, outcome } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { clock, dayOf, isDay, today } from "../../../lib/time/time";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import type { Order, Put } from "./order-draft";

interface Props {
  order: Order;
  put: Put;
  errors: readonly Mistake[];
  /** The time that the changed order has; it stays possible. */
  booked: string | null;
}

export function When({ order, put, errors, booked }: Props) {
  return (
    <div class="stack close">
      <Checkbox
        id="timed"
        label={t("order.timed")}
        hint={t("order.timed.hint")}
        checked={order.timed}
        onValue={(timed) => put({ timed })}
      />
      {order.timed && <Time order={order} put={put} errors={errors} booked={booked} />}
    </div>
  );
}

function Time({ order, put, errors, booked }: Props) {
  const { day, starts_at } = order;
  const slots = useLoad(async () => {
    if (!isDay(day) || day < today()) return { ok: true as const, data: { items: [], next_cursor: null } };
    return outcome(api.GET("/api/labs/slots", { params: { query: { day } } }));
  }, [day]);
  const free = slots.data?.items.filter((slot) => slot.free > 0) ?? [];
  const own = booked !== null && dayOf(booked) === day ? booked : null;
  const none = slots.data && free.length === 0 && own === null;
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
          ...(own ? [{ value: own, text: t("order.booked_time", { time: clock(own) }) }] : []),
          ...free
            .filter((slot) => slot.starts_at !== own)
            .map((slot) => ({ value: slot.starts_at, text: clock(slot.starts_at) })),
        ]}
        value={starts_at}
        onValue={(value) => put({ starts_at: value })}
        mistakes={errors}
      />
    </div>
  );
}
