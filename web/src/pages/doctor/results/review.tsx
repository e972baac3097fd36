/** One result, with the doctor's actions: comment, mark as seen, release. */
import { useRef } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { useDraft } from "../../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { ageOn, dateOnly, when } from "../../../lib/time/time";
import { Corrected } from "../../../ui/Corrected";
import { NumberLine } from "../../../ui/charts/NumberLine";
import { Details } from "../../../ui/Details";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { TextArea } from "../../../ui/forms/TextArea";

type Result = Schemas["LabResult"];

interface Props {
  result: Result;
  put: (now: Result) => void;
  /** Called after the review, with the outcome as text. */
  reviewed: (now: Result, message: string) => void;
}

export function Review(props: Props) {
  const { patient, note, reference, verified_at, verified_by, ordered_by, seen_at, released_at, observations } =
    props.result;
  const born = patient.date_of_birth;
  return (
    <div class="stack review-open">
      <Details
        of={[
          [
            t("review.patient"),
            <a key="chart" href={`/doctor/patients/${patient.id}`}>
              {patient.full_name}
            </a>,
          ],
          [t("review.born"), born && t("review.born_age", { date: dateOnly(born), age: ageOn(born) })],
          [t("review.reference"), reference],
          [t("review.ordered"), ordered_by?.full_name],
          [
            t("review.verified"),
            verified_at && t("review.by", { name: verified_by?.full_name ?? "", when: when(verified_at) }),
          ],
          [t("review.note"), note],
          [t("review.seen_at"), seen_at && when(seen_at)],
          [t("review.released_at"), released_at && when(released_at)],
        ]}
      />
      <Corrected of={props.result} />
      <ul class="review-values">
        {observations.map((observation) => (
          <li key={observation.analyte}>
            <h2>{observation.name}</h2>
            <NumberLine observation={observation} />
          </li>
        ))}
      </ul>
      <Acts {...props} />
    </div>
  );
}

function Acts({ result, put, reviewed }: Props) {
  const comment = useDraft(`review.${result.id}`, result.comment ?? "");
  const releasing = useRef(false);
  const unreleased = result.status === "verified";
  const { busy, errors, submit } = useForm(
    () => [],
    async () => {
      const text = comment.value.trim();
      const body = {
        seen: true,
        comment: text === (result.comment ?? "") ? null : text,
        release: releasing.current,
      };
      const params = { path: { result_id: result.id }, header: unchanged(result) };
      const done = await outcome(api.PUT("/api/doctor/lab-results/{result_id}", { params, body }));
      if (done.ok) {
        comment.drop();
        const name = { name: result.patient.full_name, test: result.test_name };
        reviewed(done.data, t(releasing.current ? "review.done.released" : "review.done.seen", name));
        return [];
      }
      const now = done.problem.code === "stale" ? await found(result) : null;
      if (!now) return mistakes(done.problem, done.retryAfter, ["comment"]);
      put(now);
      return [{ field: null, message: changes(result, now) }];
    },
  );
  const id = `comment-${result.id}`;
  return (
    <form noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      <TextArea
        id={id}
        label={t("review.comment")}
        hint={t(unreleased ? "review.comment.hint" : "review.comment.hint_released")}
        optional
        rows={3}
        value={comment.value}
        onValue={comment.set}
        mistakes={errors}
      />
      <div class="row">
        {unreleased && (
          <button type="submit" class="button" aria-disabled={busy} onClick={() => choose(releasing, true)}>
            {t(busy ? "review.busy" : "review.release")}
          </button>
        )}
        <button
          type="submit"
          class={unreleased ? "button quiet" : "button"}
          aria-disabled={busy}
          onClick={() => choose(releasing, false)}
        >
          {t(result.seen_at ? "review.save_comment" : "review.mark_seen")}
        </button>
      </div>
    </form>
  );
}

function choose(ref: { current: boolean }, value: boolean): void {
  ref.current = value;
}

/** Reload the result from the list: the API has no endpoint for one. */
async function found({ id, patient }: Result): Promise<Result | null> {
  for (let cursor: string | undefined; ; ) {
    const query = { patient_id: patient.id, limit: 100, ...(cursor && { cursor }) };
    const page = await outcome(api.GET("/api/doctor/lab-results", { params: { query } }));
    if (!page.ok) return null;
    const result = page.data.items.find((one) => one.id === id);
    if (result || page.data.next_cursor === null) return result ?? null;
    cursor = page.data.next_cursor;
  }
}

/** The change made meanwhile, as one sentence. */
function changes(before: Result, now: Result): Mistake["message"] {
  if (before.released_at === null && now.released_at !== null)
    return t("review.stale.released", { name: now.released_by?.full_name ?? "", when: when(now.released_at) });
  if (before.comment !== now.comment) return t("review.stale.comment", { comment: now.comment ?? "" });
  return t("review.stale.seen");
}
