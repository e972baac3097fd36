/** Overbooks a doctor with a reason: at a chosen time that is not free, or at any other minute. */
import { useState } from "preact/hooks";
import { api, type Failure, type NoAnswer, outcome, type Problem } from "../../../api/client";
import { type Mistake, missing, mistakes, useForm } from "../../../lib/forms/form";
import { t } from "../../../lib/i18n/i18n";
import { inLanguage } from "../../../lib/i18n/in-languages";
import { useLoad } from "../../../lib/loading/query";
import { dayOf, type Instant, instantOf, isDay, span, today } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Submit } from "../../../ui/forms/Submit";

const NO_DAYS = { ok: true as const, data: { items: [], next_cursor: null } };
type Refused = Failure<Problem | NoAnswer>;

interface Props {
  /** The chosen time; null: the form asks for day and time. */
  start: Instant | null;
  /** Null after success. */
  act: (start: Instant, reason: string) => Promise<Refused | null>;
}

export function Overbook({ start, act }: Props) {
  const [value, setValue] = useState({ day: today(), time: "", reason: "" });
  const put = (change: Partial<typeof value>): void => setValue({ ...value, ...change });
  const isTime = /^\d\d:\d\d$/.test(value.time);
  const check = (): Mistake[] => [
    ...(start || isDay(value.day) ? [] : [{ field: "overbook_day", message: t("overbook.missing.day") }]),
    ...(start || isTime ? [] : [{ field: "overbook_time", message: t("overbook.missing.time") }]),
    ...missing({ overbook: { value: value.reason, say: "overbook.missing.reason" } }),
  ];
  const { busy, errors, submit } = useForm(check, async () => {
    const failed = await act(start ?? instantOf(value.day, value.time), value.reason.trim());
    return failed ? refusedBy(failed) : [];
  });
  return (
    <form class="overbook" noValidate onSubmit={submit}>
      <ErrorSummary mistakes={errors} />
      {start === null && (
        <div class="row">
          <Field
            id="overbook_day"
            type="date"
            label={t("overbook.day")}
            input={{ min: today() }}
            value={value.day}
            onValue={(day) => put({ day })}
            mistakes={errors}
          />
          <Field
            id="overbook_time"
            type="time"
            label={t("overbook.time")}
            value={value.time}
            onValue={(time) => put({ time })}
            mistakes={errors}
          />
        </div>
      )}
      <ClosedDay day={start ? dayOf(start) : value.day} />
      <Field
        id="overbook"
        label={t("overbook.reason")}
        hint={t("overbook.reason.hint")}
        input={{ maxLength: 200 }}
        value={value.reason}
        onValue={(reason) => put({ reason })}
        mistakes={errors}
      />
      <Submit id="submit-overbook" busy={busy} label={t("overbook.submit")} busyLabel={t("phone_booking.busy")} />
    </form>
  );
}

/** The name of the day on which the hospital is closed; null on other days. */
function ClosedDay({ day }: { day: string }) {
  const query = { from: day, to: day };
  const found = useLoad(
    async () => (isDay(day) ? outcome(api.GET("/api/closed-days", { params: { query } })) : NO_DAYS),
    [day],
  );
  const [closed] = found.data?.items ?? [];
  return (
    <div role="status">
      {closed?.day === day && <p class="warning">{t("overbook.closed", { name: inLanguage(closed.names) })}</p>}
    </div>
  );
}

function refusedBy({ problem, retryAfter }: Refused): Mistake[] {
  if (problem.code === "stale") return [{ field: null, message: t("arrangements.stale") }];
  if (problem.code !== "patient_busy") return mistakes(problem, retryAfter, ["overbook"]);
  const when = "other" in problem && problem.other ? span(problem.other.starts_at, problem.other.ends_at) : "";
  return [{ field: null, message: t("overbook.busy", { when }) }];
}
