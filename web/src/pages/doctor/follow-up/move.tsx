/** Moves a visit of the doctor's to another free time: choose one (`?week=`), confirm it (`?start=`). */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Mistake, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { addDays, dayOf, type Instant, longDay, longWhen, zoneLabel } from "../../../lib/time/time";
import "../../../style/portals/doctor.css";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { DAYS, FreeWeek, firstDay, useSlots } from "../../../ui/week/FreeWeek";
import { loadVisit, type Visit } from "../visit/visits";
import { isMovable } from "./movable";
import { move, refusedAs } from "./send";

export default function MovePage({ params, query, config, account }: OwnProps) {
  const visit = useLoad(() => loadVisit(Number(params.id)), [params.id]);
  return (
    <Ready of={visit} whole>
      {(shown) => (
        <Page
          title={t("own_move.title")}
          lead={shown.patient.full_name}
          back={{ href: `/doctor/visits/${shown.id}`, text: t("own_move.back") }}
        >
          <p class="card">
            {t("own_move.now")} <b>{longWhen(shown.starts_at)}</b>
            <br />
            <span class="muted small">{t("own_move.kept")}</span>
          </p>
          {isMovable(shown, account.id) ? (
            <Times visit={shown} again={visit.again} query={query} config={config} />
          ) : (
            <p class="info">{t(shown.doctor.id === account.id ? "own_move.closed" : "own_move.theirs")}</p>
          )}
        </Page>
      )}
    </Ready>
  );
}

interface Props extends Pick<OwnProps, "query" | "config"> {
  visit: Visit;
  again: () => void;
}

function Times({ visit, again, query, config }: Props) {
  const start = query.get("start");
  const week = firstDay(query.get("week") ?? dayOf(visit.starts_at), config);
  const slots = useSlots(visit.doctor.id, week, visit.visit_type?.id ?? null);
  const days = t("own_week.days", { first: longDay(week), last: longDay(addDays(week, DAYS - 1)) });
  return (
    <>
      {start && !Number.isNaN(Date.parse(start)) && <Confirm key={start} visit={visit} start={start} again={again} />}
      <FreeWeek
        name="own_week"
        title={t("own_week.title")}
        about={`${days} · ${zoneLabel(`${week}T12:00:00Z`)}`}
        week={week}
        config={config}
        slots={slots}
        href={({ starts_at }) => withQuery({ start: starts_at })}
      />
    </>
  );
}

function Confirm({ visit, start, again }: { visit: Visit; start: Instant; again: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [others, setOthers] = useState<readonly Instant[]>([]);
  const act = async (): Promise<Mistake[]> => {
    const moved = await move(visit, start);
    if (moved.ok) {
      go(`/doctor/visits/${visit.id}`, { replace: true, say: "arranged_moved" });
      return [];
    }
    const refused = refusedAs(moved.problem, moved.retryAfter);
    if (moved.problem.code === "stale" || moved.problem.code === "illegal_transition") again();
    setOthers(refused.others);
    return [{ field: null, message: moved.problem.code === "stale" ? t("own_move.stale") : refused.say }];
  };
  const { busy, errors, submit } = useForm(() => [], act);
  return (
    <section class="card stack close" aria-labelledby="new-time">
      <ErrorSummary mistakes={errors} />
      <h2 id="new-time" tabIndex={-1} ref={heading}>
        {t("own_move.to", { when: longWhen(start) })}
      </h2>
      <p>{t("own_move.told")}</p>
      {others.length === 0 && (
        <form noValidate onSubmit={submit}>
          <Submit busy={busy} label={t("own_move.submit")} busyLabel={t("own_move.busy")} />
        </form>
      )}
      <ul class="plain">
        {others.map((at) => (
          <li key={at}>
            <a href={withQuery({ start: at })}>{longWhen(at)}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}
