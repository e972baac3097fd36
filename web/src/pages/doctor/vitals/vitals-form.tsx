/** The entry of vital signs: checked, confirmed if unusual, and saved. Fields that are left empty were not measured. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { nameOf, UNITS } from "../../../lib/clinical/vitals";
import type { Draft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { numeral } from "../../../lib/i18n/numbers";
import { Dialog } from "../../../ui/Dialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { checked, FIELDS, idOf, NOTHING, refused, type Typed, valuesOf } from "./typed";

type Unusual = Schemas["UnusualValue"];
type Sign = Schemas["VitalSign"];

interface Props {
  patient: number;
  visit: number | null;
  draft: Draft<Typed>;
  saved: () => void;
}

export function VitalsForm({ patient, visit, draft, saved }: Props) {
  const [unusual, setUnusual] = useState<readonly Unusual[]>([]);
  // of the next request alone: the values may change after it
  const confirmed = useRef<Sign[]>([]);
  const form = useRef<HTMLFormElement>(null);
  const send = async (confirmed: Sign[]): Promise<Mistake[]> => {
    const values = Object.assign({}, ...Object.values(valuesOf(draft.value)));
    const body = { ...values, appointment_id: visit, note: draft.value.note?.trim() || null, confirmed };
    const params = { path: { patient_id: patient } };
    const done = await outcome(api.POST("/api/doctor/patients/{patient_id}/vitals", { params, body }));
    if (done.ok) {
      draft.set(NOTHING);
      draft.drop();
      saved();
      return [];
    }
    if (done.problem.code === "unusual_values") {
      setUnusual(done.problem.unusual);
      return [];
    }
    if (done.problem.code === "malformed") return refused(done.problem.errors);
    return mistakes(done.problem, done.retryAfter, []);
  };
  const { busy, errors, submit } = useForm(
    () => checked(draft.value),
    () => send(confirmed.current.splice(0)),
  );
  const yes = (): void => {
    confirmed.current = unusual.map(({ sign }) => sign);
    setUnusual([]);
    form.current?.requestSubmit();
  };
  const set = (field: keyof Typed, text: string): void => draft.set({ ...draft.value, [field]: text });
  return (
    <form class="vitals-form" ref={form} noValidate onSubmit={submit} aria-label={t("vitals.record")}>
      <ErrorSummary mistakes={errors} />
      <div class="vitals-fields">
        {FIELDS.map((field) => (
          <Field
            key={field}
            id={idOf(field)}
            label={t("vitals.in_unit", { name: nameOf(field), unit: UNITS[field].trim() })}
            value={draft.value[field] ?? ""}
            onValue={(text) => set(field, text)}
            input={{ maxLength: 20, ...(field !== "pressure" && { inputMode: "decimal" }) }}
            mistakes={errors}
          />
        ))}
      </div>
      <Field
        id={idOf("note")}
        label={t("vitals.note")}
        value={draft.value.note ?? ""}
        onValue={(text) => set("note", text)}
        input={{ maxLength: 500 }}
        mistakes={errors}
      />
      <Submit busy={busy} label={t("vitals.save")} busyLabel={t("vitals.saving")} />
      {unusual.length > 0 && <Confirm of={unusual} yes={yes} onClose={() => setUnusual([])} />}
    </form>
  );
}

function Confirm({ of, yes, onClose }: { of: readonly Unusual[]; yes: () => void; onClose: () => void }) {
  return (
    <Dialog title={t("vitals.confirm")} onClose={onClose}>
      <p>{t("vitals.confirm.about")}</p>
      <ul>
        {of.map(({ sign, value, low, high }) => (
          <li key={sign}>
            {t("vitals.confirm.value", {
              name: t(`vitals.${sign}`),
              value: numeral(value),
              low: numeral(low),
              high: numeral(high),
            })}
          </li>
        ))}
      </ul>
      <div class="row">
        <button type="button" class="button quiet" onClick={onClose}>
          {t("vitals.confirm.check")}
        </button>
        <button type="button" class="button" onClick={yes}>
          {t("vitals.confirm.yes")}
        </button>
      </div>
    </Dialog>
  );
}
