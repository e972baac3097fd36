/** The correction of a verified result: its values again, with a reason. */

import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../../lib/i18n/in-languages";
import { malformedText } from "../../../lib/i18n/problem-text";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { TextArea } from "../../../ui/forms/TextArea";
import type { Result, Test } from "../record";
import { AnalyteRow } from "./analyte";
import { checked, keyOf, sentValues, shownFlag, typedValues, unusualValues } from "./entry";
import { Note } from "./note";
import type { Acts } from "./status";
import { useFlags } from "./typed-flags";
import { typed } from "./values";
import { ConfirmValues } from "./values-form";

interface Props extends Acts {
  result: Result;
  test: Test;
  /** Called after the correction, and when it is given up. */
  close: () => void;
}

const SHORTEST = 5;

export function Correct({ result, test, close, ...acts }: Props) {
  const code = `correct.${result.test_code}`;
  const present = Object.fromEntries(result.observations.map((one) => [keyOf(code, one.analyte), typed(one)]));
  const draft = useDraft(`lab.correct.${result.id}`, { values: present, reason: "", note: result.note ?? "" });
  const [confirming, setConfirming] = useState<string[]>([]);
  const [announcement, setAnnouncement] = useState("");
  const confirmed = useRef(new Set<string>());
  const form = useRef<HTMLFormElement>(null);
  const open = [{ code, test }];
  const { values, reason, note } = draft.value;
  const flags = useFlags(acts.work.booking, typedValues(open, draft.value));
  const reasonId = `${code}.reason`;

  const { busy, errors, submit } = useForm(
    () => [
      ...checked(open, draft.value),
      ...(reason.trim().length < SHORTEST
        ? [{ field: reasonId, message: t("worklist_booking.correction.missing") }]
        : []),
    ],
    async () => {
      const compared = await unusualValues(flags, open, draft.value);
      if ("mistakes" in compared) return compared.mistakes;
      const far = compared.unusual.filter((one) => !confirmed.current.has(one));
      setConfirming(far);
      if (far.length > 0) return [];
      const found = await send(acts, result, test, {
        observations: sentValues(open, draft.value),
        reason: reason.trim(),
        note: note.trim() === (result.note ?? "") ? null : note.trim(),
      });
      if (found.length === 0) {
        draft.drop();
        close();
      }
      return found;
    },
  );
  const sure = (): void => {
    for (const one of confirming) confirmed.current.add(one);
    setConfirming([]);
    form.current?.requestSubmit();
  };
  return (
    <>
      <form class="values-form" ref={form} noValidate onSubmit={submit}>
        <p class="muted">{t("worklist_booking.correction.about")}</p>
        <ErrorSummary mistakes={errors} />
        {test.analytes.map((analyte) => (
          <AnalyteRow
            key={analyte.code}
            id={keyOf(code, analyte.code)}
            analyte={analyte}
            range={flags.rangeOf(analyte.code)}
            text={values[keyOf(code, analyte.code)] ?? ""}
            flag={shownFlag(flags, analyte, values[keyOf(code, analyte.code)] ?? "")}
            onText={(text) => draft.set({ ...draft.value, values: { ...values, [keyOf(code, analyte.code)]: text } })}
            onFlag={setAnnouncement}
            mistakes={errors}
          />
        ))}
        <TextArea
          id={reasonId}
          label={t("worklist_booking.correction.reason")}
          hint={t("worklist_booking.correction.hint")}
          rows={2}
          longest={500}
          value={reason}
          onValue={(text) => draft.set({ ...draft.value, reason: text })}
          mistakes={errors}
        />
        <Note
          id={`${code}.note`}
          label={t("worklist_booking.note.label", { test: testNameOf(result) })}
          open={t(result.note ? "worklist_booking.note.change" : "worklist_booking.note.add")}
          text={note}
          onText={(text) => draft.set({ ...draft.value, note: text })}
        />
        <div class="row">
          <Submit
            id={`${code}.save`}
            busy={busy}
            label={t("worklist_booking.correction.save")}
            busyLabel={t("worklist_booking.saving")}
          />
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              draft.drop();
              close();
            }}
          >
            {t("worklist_booking.correction.keep")}
          </button>
        </div>
        <p class="unseen" role="status">
          {announcement}
        </p>
      </form>
      {confirming.length > 0 && <ConfirmValues about={confirming} onYes={sure} onClose={() => setConfirming([])} />}
    </>
  );
}

async function send(
  { reload, say }: Acts,
  result: Result,
  test: Test,
  body: Schemas["CorrectResult"],
): Promise<Mistake[]> {
  say("");
  const params = { path: { result_id: result.id }, header: unchanged(result) };
  const done = await outcome(api.POST("/api/labs/results/{result_id}/correction", { params, body }));
  if (done.ok) {
    await reload();
    const waits = done.data.correction_waits_since !== null;
    say(
      waits
        ? t("worklist_booking.correction.waiting")
        : t("worklist_booking.correction.done", { test: testNameOf(result) }),
    );
    return [];
  }
  const now = done.problem.code === "stale" ? await reload() : null;
  if (now) return [{ field: null, message: t("worklist_booking.values_changed") }];
  if (done.problem.code !== "malformed") return mistakes(done.problem, done.retryAfter, []);
  return done.problem.errors.map(({ field, message }) => {
    const at = body.observations[Number(/observations\.(\d+)/.exec(field)?.[1])]?.analyte;
    const analyte = test.analytes.find((one) => one.code === at);
    const id = analyte ? keyOf(`correct.${result.test_code}`, analyte.code) : null;
    return { field: id, message: `${nameOf(analyte ?? test)}: ${malformedText("", message)}` };
  });
}
