/** An entered result: saved values and their verification. */

import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { shown, toneOf, usual, wordOf } from "../../../lib/clinical/results";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { when } from "../../../lib/time/time";
import { Chip } from "../../../ui/Chip";
import { Corrected, Values } from "../../../ui/Corrected";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { Ready } from "../../../ui/Ready";
import { Table } from "../../../ui/Table";
import type { Result, Test } from "../record";
import { Correct } from "./correct";
import { Note } from "./note";
import type { Acts } from "./status";

type Observation = Schemas["Observation"];

interface Props extends Acts {
  result: Result;
  correct: () => void;
}

export function Entered({ result, test, correct, ...acts }: Props & { test: Test | null }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [correcting, setCorrecting] = useState(false);
  const focus = (): void => heading.current?.focus();
  const { status, note, verified_at, verified_by, released_at } = result;
  return (
    <section class="card section entered">
      <div class="row between">
        <h2 tabIndex={-1} ref={heading}>
          {testNameOf(result)}
        </h2>
        <Chip tone={status === "resulted" ? "no-show" : "confirmed"}>{t(`worklist_booking.result.${status}`)}</Chip>
      </div>
      <Table
        caption={testNameOf(result)}
        columns={COLUMNS()}
        rows={result.observations}
        rowKey={({ analyte }) => analyte}
      />
      {note && <p class="small">{t("worklist_booking.note.is", { note })}</p>}
      <p class="muted small">{t("worklist_booking.entered", { when: when(result.entered_at) })}</p>
      {verified_at && (
        <p class="muted small">
          {t("worklist_booking.verified", { when: when(verified_at), name: verified_by?.full_name ?? "" })}{" "}
          {released_at ? t("worklist_booking.released", { when: when(released_at) }) : t("worklist_booking.unreleased")}
        </p>
      )}
      {result.critical && verified_at && (
        <p class={result.critical_open ? "warning" : undefined}>
          {result.critical_open && t("worklist_booking.unanswered")}{" "}
          <a href={`/lab/critical/${result.id}`}>{t("worklist_booking.calls")}</a>
        </p>
      )}
      {status === "resulted" && <Verify {...acts} result={result} correct={correct} done={focus} />}
      <Corrected of={result} answers={`/lab/critical/${result.id}`} />
      {result.correction_waits_since && (
        <Proposed {...acts} key={result.version} result={result} correct={correct} done={focus} />
      )}
      {status !== "resulted" && test && !correcting && (
        <p>
          <button type="button" class="button quiet" onClick={() => setCorrecting(true)}>
            {t("worklist_booking.correction")} <span class="unseen">{testNameOf(result)}</span>
          </button>
        </p>
      )}
      {status !== "resulted" && test && correcting && (
        <Correct
          {...acts}
          result={result}
          test={test}
          close={() => {
            setCorrecting(false);
            focus();
          }}
        />
      )}
    </section>
  );
}

const COLUMNS = () => [
  { head: t("worklist_booking.analyte"), cell: (one: Observation) => nameOf(one) },
  { head: t("chart.value"), cell: (one: Observation) => <b>{shown(one)}</b> },
  { head: t("chart.usual"), cell: (one: Observation) => <span class="muted">{usual(one)}</span> },
  {
    head: t("chart.flag"),
    cell: ({ flag }: Observation) => flag !== "no_range" && <Chip tone={toneOf(flag)}>{t(wordOf(flag))}</Chip>,
  },
];

/** A correction that waits for another person: its values, and their verification. */
function Proposed({ result, ...props }: Props & { done: () => void }) {
  const params = { path: { result_id: result.id } };
  const found = useLoad(() => outcome(api.GET("/api/labs/results/{result_id}/versions", { params })), [result.id]);
  return (
    <Ready of={found}>
      {({ proposed }) =>
        proposed && (
          <>
            <p class="written">
              {t("worklist_booking.correction.proposed", {
                name: proposed.proposed_by.full_name,
                when: when(proposed.proposed_at),
                reason: proposed.reason,
              })}
            </p>
            <Values of={proposed.observations} />
            <Verify {...props} result={result} />
          </>
        )
      }
    </Ready>
  );
}

function Verify({ result, correct, done, ...acts }: Props & { done: () => void }) {
  const waits = result.correction_waits_since !== null;
  const note = useDraft(`lab.verify.${result.id}`, "");
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const found = await verify(acts, result, note.value.trim() || null);
      if (found.length === 0) {
        note.drop();
        done();
      }
      return found;
    },
  );
  return (
    <form class="verify" noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <Note
        id={`verify.${result.id}`}
        label={t("worklist_booking.note.label", { test: testNameOf(result) })}
        open={t(result.note ? "worklist_booking.note.change" : "worklist_booking.note.add")}
        text={note.value}
        onText={note.set}
      />
      <div class="row">
        <Submit
          id={`verify-${result.id}`}
          busy={busy}
          label={t(waits ? "worklist_booking.correction.verify" : "worklist_booking.verify", {
            test: testNameOf(result),
          })}
          busyLabel={t("worklist_booking.verifying")}
        />
        {!waits && (
          <button type="button" class="button quiet" onClick={correct}>
            {t("worklist_booking.correct")} <span class="unseen">{testNameOf(result)}</span>
          </button>
        )}
      </div>
    </form>
  );
}

async function verify({ reload, say }: Acts, result: Result, note: string | null): Promise<Mistake[]> {
  say("");
  const params = { path: { result_id: result.id }, header: unchanged(result) };
  const done = await outcome(api.PUT("/api/labs/results/{result_id}/verify", { params, body: { note } }));
  if (done.ok) {
    await reload();
    say(t("worklist_booking.verified.now", { test: testNameOf(result) }));
    return [];
  }
  const { code } = done.problem;
  const now = code === "stale" || code === "illegal_transition" || code === "not_found" ? await reload() : null;
  if (!now) return mistakes(done.problem, done.retryAfter, []);
  const after = now.tests.find(({ code }) => code === result.test_code)?.result;
  const verifier = after?.verified_by?.full_name;
  return [
    {
      field: null,
      message: verifier
        ? t("worklist_booking.verified.by_other", { name: verifier })
        : t("worklist_booking.values_changed"),
    },
  ];
}
