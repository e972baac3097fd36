/** The time at the laboratory: unscheduled, or a free slot at which the patient has no other appointment. */
import { api, outcome } from "../../../api/client";
import type { Mistake } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import { clock, dayOf, isDay, today } from "../../../lib/time/time";
import { Checkbox } from "../../../ui/forms/Checkbox";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import type { Changed, Order, Put } from "./order-draft";

interface Props {
  patient: number;
  order: Order;
  put: Put;
  errors: readonly Mistake[];
  changed: Changed | undefined;
}

export function When({ patient, order, put, errors, changed }: Props) {
  return (
    <div class="stack close">
      <Checkbox
        id="timed"
        label={t("order.timed")}
        hint={t("order.timed.hint")}
        checked={order.timed}
        onValue={(timed) => put({ timed })}
      />
      {order.timed && <Time patient={patient} order={order} put={put} errors={errors} changed={changed} />}
    </div>
  );
}

function Time({ patient, order, put, errors, changed }: Props) {
  const { day, starts_at } = order;
  const codes = order.tests.map(({ code }) => code).join(",");
  const slots = useLoad(async () => {
    if (!isDay(day) || day < today()) return { ok: true as const, data: { items: [], next_cursor: null } };
    return outcome(
      api.GET("/api/labs/slots", {
        params: { query: { day, patient_id: patient, ...(codes && { test_codes: codes }) } },
      }),
    );
  }, [day, patient, codes]);
  const booked = changed?.starts_at ?? null;
  const own = booked !== null && dayOf(booked) === day ? booked : null;
  const places = slots.data?.items.filter((slot) => slot.free > 0) ?? [];
  // the order itself does not keep the patient from its time
  const free = places.filter(
    ({ other }) => other === null || (other.kind === "laboratory" && other.id === changed?.id),
  );
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
        hint={free.length < places.length ? t("order.busy_times") : ""}
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
