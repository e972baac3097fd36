/** The laboratory orders of a visit, or all of a patient, with their states. */

import { api, outcome } from "../../../api/client";
import { t } from "../../../lib/i18n/i18n";
import { nameOf } from "../../../lib/i18n/in-languages";
import { usePages } from "../../../lib/loading/query";
import { More } from "../../../ui/More";
import { Ready } from "../../../ui/Ready";
import { isChangeable, OrderState } from "./state";

interface Props {
  patient: number;
  /** Only the doctor's orders of this visit. */
  visit?: number;
  me: number;
}

const FIRST = 5;

export function OrderList({ patient, visit, me }: Props) {
  const found = usePages(
    (cursor) => {
      const page = { limit: FIRST, ...(cursor && { cursor }) };
      if (visit)
        return outcome(api.GET("/api/doctor/lab-orders", { params: { query: { ...page, appointment_id: visit } } }));
      const params = { path: { patient_id: patient }, query: page };
      return outcome(api.GET("/api/doctor/patients/{patient_id}/lab-orders", { params }));
    },
    [patient, visit],
    { every: 60_000 },
  );
  return (
    <section class="stack close" aria-labelledby="orders-heading">
      <h2 id="orders-heading">{t("orders.title")}</h2>
      <Ready of={found} empty={<p class="muted">{t(visit ? "orders.none.visit" : "orders.none.patient")}</p>}>
        {({ items }) => (
          <ul class="lines">
            {items.map((order) => (
              <li key={order.id}>
                <div>
                  <p>
                    {order.tests.map(nameOf).join(", ")}{" "}
                    <span class="muted small">{order.ordered_by?.full_name ?? t("orders.by_patient")}</span>
                  </p>
                  <OrderState order={order} me={me} />
                </div>
                {order.ordered_by?.id === me && isChangeable(order) && (
                  <a href={`/doctor/orders/${order.id}`}>
                    {t("orders.change")} <span class="unseen">{order.reference}</span>
                  </a>
                )}
              </li>
            ))}
          </ul>
        )}
      </Ready>
      <More of={found} />
    </section>
  );
}
