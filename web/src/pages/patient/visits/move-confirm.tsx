/** The confirmation before a visit is moved; for a taken time, other times of that day. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, outcome, unchanged } from "../../../api/client";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { go, withQuery } from "../../../lib/routing/router";
import { type Instant, longWhen } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { type TimeRefused, WhyNot } from "../book/busy";
import { loadVisit, type Visit } from "./visit";

interface Props {
  visit: Visit;
  start: Instant;
  /** Show the visit after a concurrent change. */
  put: (visit: Visit) => void;
}

export function ConfirmMove({ visit, start, put }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  // the opening link is removed
  useEffect(() => heading.current?.focus(), []);
  const [others, setOthers] = useState<TimeRefused | null>(null);
  const act = async (): Promise<Mistake[]> => {
    const params = { path: { appointment_id: visit.id }, header: unchanged(visit) };
    const moved = await outcome(api.PUT("/api/appointments/{appointment_id}", { params, body: { starts_at: start } }));
    if (moved.ok) {
      go(`/appointments/${visit.id}`, { replace: true, say: "visit_moved" });
      return [];
    }
    const { problem } = moved;
    if (problem.code === "slot_taken" || problem.code === "patient_busy") {
      setOthers(problem);
      return [];
    }
    if (problem.code !== "stale") return mistakes(problem, moved.retryAfter, []);
    const now = await loadVisit(visit.id);
    if (now.ok) put(now.data);
    return [{ field: null, message: t("move.stale") }];
  };
  const { busy, errors, submit } = useForm(() => [], act);
  const another = withQuery({ start: null });
  if (others !== null) return <Taken of={others} another={another} />;
  return (
    <section class="section stack close" aria-labelledby="new-time">
      <ErrorSummary mistakes={errors} />
      <h2 id="new-time" tabIndex={-1} ref={heading}>
        {t("move.to", { when: longWhen(start) })}
      </h2>
      <form class="row" noValidate onSubmit={submit}>
        <Submit busy={busy} label={t("move.submit")} busyLabel={t("move.busy")} />
        <a class="button quiet" href={another}>
          {t("move.another")}
        </a>
      </form>
    </section>
  );
}

function Taken({ of, another }: { of: TimeRefused; another: string }) {
  const others = of.alternatives;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div class="section warning book-taken visit-page" role="alert" tabIndex={-1} ref={box}>
      <p>
        <b>
          <WhyNot of={of} taken={t("move.taken")} />
        </b>
      </p>
      {others.length > 0 && <p>{t("move.others")}</p>}
      <ul>
        {others.map((starts_at) => (
          <li key={starts_at}>
            <a href={withQuery({ start: starts_at })}>{longWhen(starts_at)}</a>
          </li>
        ))}
      </ul>
      <p>
        <a href={another}>{t("move.another")}</a>
      </p>
    </div>
  );
}
