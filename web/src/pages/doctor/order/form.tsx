/** The form of a laboratory order: tests, priority, note, time, and the tests that would be repeats. */
import type { Form } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Radios } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import type { Changed, Order, Put } from "./order-draft";
import { Repeats } from "./repeats";
import { Chosen, Finder } from "./tests";
import { When } from "./time";

const PRIORITIES = ["routine", "stat"] as const;

interface Props {
  patient: number;
  order: Order;
  put: Put;
  form: Form;
  label: string;
  busyLabel: string;
  changed?: Changed;
}

export function OrderForm({ patient, order, put, form, label, busyLabel, changed }: Props) {
  const { busy, errors, submit } = form;
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <div class="order-columns">
        <Finder chosen={order.tests} add={(test) => put({ tests: [...order.tests, test] })} />
        <form noValidate onSubmit={submit} class="card">
          <Chosen
            tests={order.tests}
            remove={(code) => put({ tests: order.tests.filter((one) => one.code !== code) })}
          />
          <Radios
            id="priority"
            label={t("order.priority")}
            choices={PRIORITIES.map((value) => ({
              value,
              text: t(`order.priority.${value}`),
              hint: t(`order.priority.${value}.hint`),
            }))}
            value={order.priority}
            onValue={(value) => put({ priority: value === "stat" ? "stat" : "routine" })}
            mistakes={errors}
          />
          <TextArea
            id="note"
            label={t("order.note")}
            hint={t("order.note.hint")}
            optional
            rows={2}
            value={order.note}
            onValue={(note) => put({ note })}
            mistakes={errors}
          />
          <When patient={patient} order={order} put={put} errors={errors} changed={changed} />
          <Repeats patient={patient} codes={order.tests.map(({ code }) => code)} changed={changed?.id} />
          <Submit busy={busy} label={label} busyLabel={busyLabel} />
        </form>
      </div>
    </>
  );
}
