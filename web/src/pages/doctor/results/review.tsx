/** One result opened: all values, its marks, and the doctor's actions: comment, mark as seen, release. */

import { useRef } from "preact/hooks";
import { api, outcome } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { nameOf, testNameOf } from "../../../lib/i18n/in-languages";
import { ageOn, dateOnly, dayOf, today, when } from "../../../lib/time/time";
import { CommentVersions } from "../../../ui/CommentVersions";
import { Corrected } from "../../../ui/Corrected";
import { NumberLine } from "../../../ui/charts/NumberLine";
import { Details } from "../../../ui/Details";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { TextArea } from "../../../ui/forms/TextArea";
import type { Acts, Result } from "./groups";
import { send } from "./send";

interface Props {
  result: Result;
  acts: Acts;
}

export function Review(props: Props) {
  const {
    patient,
    note,
    reference,
    verified_at,
    verified_by,
    ordered_by,
    seen_at,
    seen_by,
    released_at,
    observations,
  } = props.result;
  const born = patient.date_of_birth;
  const by = (name: string | undefined, at: string): string => t("review.by", { name: name ?? "", when: when(at) });
  return (
    <div class="stack review-open">
      <Details
        of={[
          [t("review.born"), born && t("review.born_age", { date: dateOnly(born), age: ageOn(born) })],
          [t("review.reference"), reference],
          [t("review.ordered"), ordered_by?.full_name ?? t("review.ordered.nobody")],
          [t("review.verified"), verified_at && by(verified_by?.full_name, verified_at)],
          [t("review.note"), note],
          [t("review.seen_at"), seen_at && when(seen_at)],
          [t("review.seen_by"), seen_by.map(({ doctor, at }) => by(doctor.full_name, at)).join("; ")],
          [t("review.released_at"), released_at && when(released_at)],
        ]}
      />
      <Corrected of={props.result} answers={`/doctor/critical/${props.result.id}`} opened />
      <ul class="review-values">
        {observations.map((observation) => (
          <li key={observation.analyte}>
            <h4>{nameOf(observation)}</h4>
            <NumberLine observation={observation} />
          </li>
        ))}
      </ul>
      <CommentVersions of={props.result} />
      <Actions {...props} />
    </div>
  );
}

function Actions({ result, acts }: Props) {
  const comment = useDraft(`review.${result.id}`, result.comment ?? "");
  const releasing = useRef(false);
  const unreleased = result.status === "verified" && !result.critical_open;
  const name = { name: result.patient.full_name, test: testNameOf(result) };
  const takeBack = async (of: Result): Promise<void> => {
    const back = await send(of, { seen: false, release: false });
    if (!back.ok) return acts.say(t("review.undo.failed"));
    acts.put(back.data);
    acts.again();
    acts.say(t("review.undo.done", name));
  };
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const text = comment.value.trim();
      const isNew = result.responsible && text !== (result.comment ?? "");
      const body = { seen: true, comment: isNew ? text : null, release: releasing.current };
      const done = await send(result, body);
      if (done.ok) {
        comment.drop();
        acts.put(done.data);
        const marked = result.seen_at === null && !releasing.current;
        const undo = marked ? () => void takeBack(done.data) : undefined;
        acts.say(t(releasing.current ? "review.done.released" : "review.done.seen", name), undo);
        return [];
      }
      const now = done.problem.code === "stale" ? await found(result) : null;
      if (!now) return mistakes(done.problem, done.retryAfter, ["comment"]);
      acts.put(now);
      return [{ field: null, message: changes(result, now) }];
    },
  );
  const isToday = result.seen_at !== null && dayOf(result.seen_at) === today();
  return (
    <form noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      {result.critical_open && (
        <p class="warning">
          {t("review.waits")} <a href={`/doctor/critical/${result.id}`}>{t("review.answer")}</a>
        </p>
      )}
      {result.responsible ? (
        <TextArea
          id={`comment-${result.id}`}
          label={t("review.comment")}
          hint={t(unreleased ? "review.comment.hint" : "review.comment.hint_released")}
          optional
          rows={3}
          value={comment.value}
          onValue={comment.set}
          mistakes={errors}
        />
      ) : (
        <p>{t("review.other", { name: result.ordered_by?.full_name ?? "" })}</p>
      )}
      <div class="row">
        {unreleased && result.responsible && (
          <button type="submit" class="button" aria-disabled={busy} onClick={() => choose(releasing, true)}>
            {t(busy ? "review.busy" : "review.release")}
          </button>
        )}
        {(result.responsible || !result.seen_at) && (
          <button
            type="submit"
            class={unreleased ? "button quiet" : "button"}
            aria-disabled={busy}
            onClick={() => choose(releasing, false)}
          >
            {t(result.seen_at ? "review.save_comment" : "review.mark_seen")}
          </button>
        )}
        {isToday && (
          <button type="button" class="button quiet" onClick={() => void takeBack(result)}>
            {t("review.mark_unseen")}
          </button>
        )}
      </div>
    </form>
  );
}

function choose(ref: { current: boolean }, value: boolean): void {
  ref.current = value;
}

async function found({ id }: Result): Promise<Result | null> {
  const now = await outcome(api.GET("/api/doctor/lab-results/{result_id}", { params: { path: { result_id: id } } }));
  return now.ok ? now.data : null;
}

/** The change made meanwhile, as one sentence. */
function changes(before: Result, now: Result): Mistake["message"] {
  if (before.released_at === null && now.released_at !== null)
    return t("review.stale.released", { name: now.released_by?.full_name ?? "", when: when(now.released_at) });
  if (before.comment !== now.comment) return t("review.stale.comment", { comment: now.comment ?? "" });
  return t("review.stale.changed");
}
