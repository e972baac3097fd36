/** The confirmation before a visit is booked or moved; for a taken time, the nearest free ones and overbooking. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure, NoAnswer, Problem } from "../../../api/client";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { type Instant, longWhen, span } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { Alternatives } from "./free-times";
import { Overbook } from "./overbook";

interface Props {
  start: Instant;
  about: string;
  label: string;
  busyLabel: string;
  /** Null after success; with `overbook`, the reason, also beside other visits of the doctor. */
  act: (start: Instant, overbook: string | null) => Promise<Failure<Problem | NoAnswer> | null>;
  /** The message for a record that changed since it was read. */
  stale: string;
  /** Fields before the button. */
  children?: ComponentChildren;
  /** Further buttons, which submit too. */
  buttons?: ComponentChildren;
}

/** Keyed by the time, so that each time starts fresh. */
export function ChosenTime({ start, about, label, busyLabel, act, stale, children, buttons }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [others, setOthers] = useState<readonly Instant[] | null>(null);
  const [isTaken, setTaken] = useState(false);
  const { busy, errors, submit } = useForm(
    () => [],
    async (): Promise<Mistake[]> => {
      const failed = await act(start, null);
      if (failed === null) return [];
      const { problem, retryAfter } = failed;
      if (problem.code === "stale") return [{ field: null, message: stale }];
      if (problem.code !== "slot_taken" && problem.code !== "patient_busy") return mistakes(problem, retryAfter, []);
      setOthers(problem.alternatives);
      setTaken(problem.code === "slot_taken");
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
          {children}
          <div class="row">
            <Submit busy={busy} label={label} busyLabel={busyLabel} />
            {buttons}
          </div>
        </form>
      )}
      {others !== null && <Alternatives of={others} />}
      {isTaken && (
        <section class="more" aria-labelledby="overbooking">
          <h3 id="overbooking">{t("overbook.title")}</h3>
          <p class="muted">{t("overbook.about")}</p>
          <Overbook start={start} act={act} />
        </section>
      )}
    </section>
  );
}
