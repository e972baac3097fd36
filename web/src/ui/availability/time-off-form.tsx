/** The form that takes time off, by days or times; visits booked then are listed before saving. */
import type { Schemas } from "../../api/client";
import { useDraft } from "../../lib/forms/draft";
import { type Mistake, mistakes, useForm } from "../../lib/forms/form";
import { plural, t } from "../../lib/i18n/i18n";
import { useLoad } from "../../lib/loading/query";
import { addDays, dayOf, instantOf, isDay, today } from "../../lib/time/time";
import { ErrorSummary } from "../forms/ErrorSummary";
import { Field } from "../forms/Field";
import { Submit } from "../forms/Submit";
import { VisitLines } from "./affected-visits";
import type { Off, Source } from "./source";

const EMPTY = { first: "", last: "", from: "", to: "", reason: "" };
type Wish = typeof EMPTY;
const BOOKED: readonly Schemas["AppointmentStatus"][] = ["booked", "confirmed", "arrived", "in_progress"];

export function TakeTimeOff({ source, taken }: { source: Source; taken: (off: Off) => void }) {
  const draft = useDraft(`availability.off${source.name}`, EMPTY);
  const wish = draft.value;
  const act = source.isOwn ? "availability.off.take" : "availability.off.take.desk";
  const put = (change: Partial<Wish>): void => draft.set({ ...draft.value, ...change });
  const { busy, errors, submit } = useForm(
    () => check(wish),
    async () => {
      const span = spanOf(wish);
      if (!span) return [];
      const body = { ...span, reason: wish.reason.trim() || null };
      const done = await source.takeOff(body);
      if (!done.ok) return mistakes(done.problem, done.retryAfter, []);
      draft.set(EMPTY);
      draft.drop();
      taken(done.data);
      return [];
    },
  );
  const field = (id: "off_first" | "off_from" | "off_last" | "off_to") => {
    const name = id.slice(4) as "first" | "from" | "last" | "to";
    const value = wish[name];
    return {
      id,
      label: t(`availability.${id}`),
      value,
      onValue: (text: string) => put({ [name]: text }),
      mistakes: errors,
    };
  };
  const days = { min: today(), max: "2099-12-31" };
  return (
    <form class="card" noValidate onSubmit={submit}>
      <h3>{t(act)}</h3>
      <ErrorSummary mistakes={errors} />
      <div class="pair">
        <Field type="date" {...field("off_first")} input={days} />
        <Field type="time" {...field("off_from")} optional />
      </div>
      <div class="pair">
        <Field type="date" {...field("off_last")} optional input={days} />
        <Field type="time" {...field("off_to")} optional />
      </div>
      <p class="hint">{t("availability.off.hint")}</p>
      <Field
        id="off_reason"
        label={t("availability.off_reason")}
        optional
        value={wish.reason}
        onValue={(reason) => put({ reason })}
        input={{ maxLength: 500 }}
        mistakes={errors}
      />
      <Clashes wish={wish} source={source} />
      <Submit id="take" busy={busy} label={t(act)} busyLabel={t("availability.busy")} />
    </form>
  );
}

/** The visits booked in the typed span. */
function Clashes({ wish, source }: { wish: Wish; source: Source }) {
  const span = check(wish).length === 0 ? spanOf(wish) : null;
  const [starts, ends] = span ? [span.starts_at, span.ends_at] : ["", ""];
  const found = useLoad(async () => {
    const all = starts ? await source.visits(dayOf(starts), dayOf(ends)) : { ok: true as const, data: [] };
    if (!all.ok) return all;
    const clash = all.data.filter(
      (visit) =>
        BOOKED.includes(visit.status) &&
        Date.parse(visit.starts_at) < Date.parse(ends) &&
        Date.parse(visit.ends_at) > Date.parse(starts),
    );
    return { ok: true as const, data: clash };
  }, [starts, ends]);
  const visits = found.data ?? [];
  return (
    <div role="status">
      {span && found.data && visits.length === 0 && <p class="muted">{t("availability.off.clear")}</p>}
      {found.failure && <p class="warning">{t("availability.off.unknown")}</p>}
      {visits.length > 0 && (
        <div class="warning clash">
          <h4>{plural("availability.off.clash", visits.length)}</h4>
          <p>{t("availability.off.stand")}</p>
          <VisitLines visits={visits} source={source} />
        </div>
      )}
    </div>
  );
}

function check(wish: Wish): Mistake[] {
  if (!isDay(wish.first)) return [{ field: "off_first", message: t("availability.wrong.first") }];
  if (wish.last && !isDay(wish.last)) return [{ field: "off_last", message: t("availability.wrong.last") }];
  const span = spanOf(wish);
  const forward = span && Date.parse(span.starts_at) < Date.parse(span.ends_at);
  return forward
    ? []
    : [{ field: wish.last && wish.last < wish.first ? "off_last" : "off_to", message: t("availability.wrong.end") }];
}

/** Without times, whole days; without a last day, the first day only. */
function spanOf({ first, last, from, to }: Wish): { starts_at: string; ends_at: string } | null {
  if (!isDay(first)) return null;
  const end = isDay(last) ? last : first;
  return {
    starts_at: instantOf(first, from || "00:00"),
    ends_at: to ? instantOf(end, to) : instantOf(addDays(end, 1), "00:00"),
  };
}
