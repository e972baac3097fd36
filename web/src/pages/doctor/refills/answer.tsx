/** The doctor's answer to a request: prescribe again, ask for a visit, or decline, with a text for the patient. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { Dialog } from "../../../ui/Dialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import { Alerts, reasonId } from "../prescribe/alerts";
import { type Alert, asksReason } from "../prescribe/check";

export type Refill = Schemas["DoctorRefill"];
export type Answer = Schemas["RefillAnswer"];
/** The outcome of an answer as text. */
export interface Done {
  text: string;
  isError: boolean;
}

export interface Props {
  of: Refill;
  answer: Answer;
  onClose: () => void;
  onDone: (done: Done) => void;
}

export default function AnswerDialog({ of, answer, onClose, onDone }: Props) {
  const name = of.patient.full_name;
  const isPrescribed = answer === "prescribed";
  const usedUp = isPrescribed ? of.items.filter(({ repeats }) => !repeats).map(({ medicine }) => medicine) : [];
  const text = useDraft(`refill.${of.id}.${answer}`, "");
  const [repeats, setRepeats] = useState("");
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>({});
  const [alerts, setAlerts] = useState<Alert[]>([]);
  const asking = alerts.filter(asksReason);
  const check = (): Mistake[] => [
    ...(isPrescribed ? [] : missing({ text: { value: text.value, say: "doctor_refills.ask.reason.missing" } })),
    ...(usedUp.length > 0 && !/^\d{1,2}$/.test(repeats.trim())
      ? [{ field: "new_repeats", message: t("doctor_refills.ask.repeats.missing") }]
      : []),
    ...asking.flatMap(({ key, medicine }, n) =>
      reasons[key]?.trim() ? [] : [{ field: reasonId(n), message: t("alerts.missing", { medicine }) }],
    ),
  ];
  const form = useForm(check, async () => {
    const params = { path: { refill_id: of.id }, header: unchanged(of) };
    const body = {
      answer,
      text: text.value.trim() || null,
      ...(usedUp.length > 0 && { new_repeats: Number(repeats) }),
      ...(isPrescribed && { overrides: asking.map(({ key }) => ({ key, reason: reasons[key]?.trim() ?? "" })) }),
    };
    const done = await outcome(api.PUT("/api/doctor/refills/{refill_id}", { params, body }));
    if (done.ok) {
      text.drop();
      onDone({ text: t(`doctor_refills.done.${answer}`, { name }), isError: false });
      return [];
    }
    const { problem } = done;
    if (problem.code === "stale" || problem.code === "illegal_transition" || problem.code === "not_found") {
      onDone({ text: t("doctor_refills.over"), isError: true });
      return [];
    }
    if (problem.code === "unsafe") {
      setAlerts(problem.alerts);
      const open = problem.alerts.filter(asksReason);
      return [{ field: null, message: plural("alerts.refused", open.length) }];
    }
    return mistakes(problem, done.retryAfter, ["text", "new_repeats"]);
  });
  return (
    <Dialog title={t(`doctor_refills.ask.${answer}`)} onClose={onClose}>
      <ErrorSummary mistakes={form.errors} />
      <p>
        <b>{name}</b>
        <br />
        {of.items.map(({ medicine }) => medicine).join("; ")}
      </p>
      {isPrescribed && <p>{t("doctor_refills.ask.prescribed.next")}</p>}
      <form noValidate onSubmit={form.submit}>
        {usedUp.length > 0 && (
          <Field
            id="new_repeats"
            label={t("doctor_refills.ask.repeats")}
            hint={t("doctor_refills.ask.repeats.hint", { medicines: usedUp.join(", ") })}
            value={repeats}
            onValue={setRepeats}
            input={{ inputMode: "numeric", maxLength: 2 }}
            mistakes={form.errors}
          />
        )}
        <Alerts
          check={{ alerts, unchecked: [], state: "done", put: setAlerts, again: () => {} }}
          items={[]}
          n={null}
          reasons={{
            of: (key) => reasons[key] ?? "",
            put: (key, reason) => setReasons({ ...reasons, [key]: reason }),
          }}
          errors={form.errors}
        />
        <TextArea
          id="text"
          label={t(isPrescribed ? "doctor_refills.ask.text" : "doctor_refills.ask.reason")}
          optional={isPrescribed}
          rows={3}
          longest={500}
          value={text.value}
          onValue={text.set}
          mistakes={form.errors}
        />
        <div class="row">
          <Submit busy={form.busy} label={t(`doctor_refills.to.${answer}`)} busyLabel={t("doctor_refills.ask.busy")} />
          <button type="button" class="button quiet" onClick={onClose}>
            {t("doctor_refills.ask.leave")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
