/** Changes a laboratory order of the doctor before a specimen is collected. */
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go } from "../../../lib/routing/router";
import { dateOnly, dayOf, today } from "../../../lib/time/time";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { OrderForm } from "./form";
import { check, type Order, type Put, refusal } from "./order-draft";
import { isChangeable, OrderState } from "./state";
import "../../../style/portals/doctor.css";
import "../../../style/portals/review.css";

type Booking = Schemas["LabBooking"];

const LIST = "/doctor/orders";

export default function ChangeOrder({ params, account }: OwnProps) {
  const id = Number(params.id);
  const found = useLoad(() => load(id), [id]);
  return (
    <Ready of={found} whole>
      {(booking) => (
        <Page
          title={t("order.change.title", { reference: booking.reference })}
          lead={about(booking)}
          back={{ href: LIST, text: t("order.change.back") }}
        >
          {isChangeable(booking) ? (
            <Change key={booking.version} booking={booking} of={found} />
          ) : (
            <div class="card stack close">
              <p>{t("order.change.over")}</p>
              <OrderState order={booking} me={account.id} />
            </div>
          )}
        </Page>
      )}
    </Ready>
  );
}

function Change({ booking, of }: { booking: Booking; of: Loaded<Booking> }) {
  const draft = useDraft<Order>(`order.change.${booking.id}.${booking.version}`, drafted(booking));
  const order = draft.value;
  const put: Put = (change) => draft.set({ ...draft.value, ...change });
  const form = useForm(
    () => check(order),
    async () => {
      const params = { path: { booking_id: booking.id }, header: unchanged(booking) };
      const body = { ...bodyOf(order), ...timeOf(order, booking) };
      const done = await outcome(api.PUT("/api/doctor/lab-orders/{booking_id}", { params, body }));
      if (!done.ok) return (await reloaded(done.problem.code)) ?? refusal(order, put, done.problem, done.retryAfter);
      draft.drop();
      go(LIST, { say: "order_changed" });
      return [];
    },
  );
  /** The order as it is now, after another person changed or collected it. */
  const reloaded = async (code: string): Promise<Mistake[] | null> => {
    if (code !== "stale" && code !== "illegal_transition") return null;
    const now = await load(booking.id);
    if (!now.ok) return null;
    of.put(now.data);
    return [{ field: null, message: t("order.change.stale") }];
  };
  return (
    <OrderForm
      patient={booking.patient.id}
      order={order}
      put={put}
      form={form}
      label={t("order.change.submit")}
      busyLabel={t("order.change.busy")}
      changed={booking}
    />
  );
}

function load(booking_id: number) {
  return outcome(api.GET("/api/doctor/lab-orders/{booking_id}", { params: { path: { booking_id } } }));
}

function about({ patient }: Booking): string {
  return [patient.full_name, patient.date_of_birth && dateOnly(patient.date_of_birth)].filter(Boolean).join(", ");
}

function drafted({ tests, priority, note, starts_at }: Booking): Order {
  return {
    tests: tests.map(({ code, name, names }) => ({ code, name, names })),
    priority,
    note: note ?? "",
    timed: starts_at !== null,
    day: starts_at ? dayOf(starts_at) : today(),
    starts_at: starts_at ?? "",
  };
}

function bodyOf({ tests, priority, note }: Order) {
  return { test_codes: tests.map(({ code }) => code), priority, note: note.trim() || null };
}

/** The time, if it changes: a time that has passed may stay. */
function timeOf({ timed, starts_at }: Order, booking: Booking): { starts_at?: string | null } {
  const wanted = timed ? starts_at : null;
  return wanted === booking.starts_at ? {} : { starts_at: wanted };
}
