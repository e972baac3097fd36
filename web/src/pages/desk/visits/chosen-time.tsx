/** The confirmation before a visit is booked or moved; for a taken time, the nearest free ones. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure, NoAnswer, Problem } from "../../../api/client";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { type Instant, longWhen, span } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { Alternatives } from "./free-times";

interface Props {
  start: Instant;
  about: string;
  label: string;
  busyLabel: string;
  /** Null after success. */
  act: () => Promise<Failure<Problem | NoAnswer> | null>;
  /** The message for a record that changed since it was read. */
  stale: string;
}

/** Keyed by the time, so that each time starts fresh. */
export function ChosenTime({ start, about, label, busyLabel, act, stale }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [others, setOthers] = useState<readonly Instant[] | null>(null);
  const { busy, errors, submit } = useForm(
    () => [],
    async (): Promise<Mistake[]> => {
      const failed = await act();
      if (failed === null) return [];
      const { problem, retryAfter } = failed;
      if (problem.code === "stale") return [{ field: null, message: stale }];
      if (problem.code !== "slot_taken" && problem.code !== "patient_busy") return mistakes(problem, retryAfter, []);
      setOthers(problem.alternatives);
      const of = problem.code === "patient_busy" ? "busy" : "taken";
      const when = "other" in problem && problem.other ? span(problem.other.starts_at, problem.other.ends_at) : "";
      return [{ field: null, message: t(`chosen.${of}${problem.alternatives.length > 0 ? "" : ".all"}`, { when }) }];
    },
  );
  return (
    <section class="card chosen" aria-labelledby="chosen">
      <ErrorSummary mistakes={errors} />
      <h2 id="chosen" tabIndex={-1} ref={heading}>
        {longWhen(start)}
      </h2>
      <p>{about}</p>
      {others === null && (
        <form noValidate onSubmit={submit}>
          <Submit busy={busy} label={label} busyLabel={busyLabel} />
        </form>
      )}
      {others !== null && <Alternatives of={others} />}
    </section>
  );
}
