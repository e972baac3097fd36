/** Books several visits from the chosen time on, after a look at which times are free. */
import { useState } from "preact/hooks";
import type { Outcome, Problem, Schemas } from "../../api/client";
import { type Mistake, mistakes, useForm } from "../../lib/forms/form";
import { plural, t } from "../../lib/i18n/i18n";
import { type Instant, longWhen } from "../../lib/time/time";
import { ErrorSummary } from "../forms/ErrorSummary";
import { Field } from "../forms/Field";
import { Select } from "../forms/Select";
import { Submit } from "../forms/Submit";

export interface Rule {
  starts_at: Instant;
  every: Every;
  count: number;
}
interface Props {
  start: Instant;
  /** Shown unfolded. */
  open?: boolean;
  look: (rule: Rule) => Promise<Outcome<Schemas["SeriesTimes"], Problem>>;
  /** Books all starts or none, and leads away. */
  book: (starts: Instant[]) => Promise<Outcome<unknown, Problem>>;
}
type Time = Schemas["SeriesTime"];
type Every = Schemas["Every"];

/** Keyed by the start and what it is for, so that each starts fresh. */
export function Series({ start, open = false, look: ask, book }: Props) {
  const [every, setEvery] = useState<Every>("week");
  const [count, setCount] = useState("6");
  const [times, setTimes] = useState<readonly Time[] | null>(null);
  const look = async (): Promise<Mistake[]> => {
    const found = await ask({ starts_at: start, every, count: Number(count) });
    if (!found.ok) return mistakes(found.problem, found.retryAfter, ["count"]);
    setTimes(found.data.items);
    return [];
  };
  const isCount = /^\s*\d{1,2}\s*$/.test(count) && +count >= 2 && +count <= 20;
  const wrong = (): Mistake[] => (isCount ? [] : [{ field: "count", message: t("series.wrong.count") }]);
  const { busy, errors, submit } = useForm(wrong, look);
  return (
    <details class="section" open={open}>
      <summary>{t("series.title")}</summary>
      <p class="muted">{t("series.about", { when: longWhen(start) })}</p>
      <ErrorSummary mistakes={errors} />
      <form noValidate onSubmit={submit} class="form-width">
        <Select
          id="every"
          label={t("series.every")}
          choices={[
            { value: "week", text: t("series.every.week") },
            { value: "two_weeks", text: t("series.every.two_weeks") },
          ]}
          value={every}
          onValue={(chosen) => {
            setEvery(chosen === "week" ? "week" : "two_weeks");
            setTimes(null);
          }}
        />
        <Field
          id="count"
          label={t("series.count")}
          value={count}
          onValue={(typed) => {
            setCount(typed);
            setTimes(null);
          }}
          input={{ inputMode: "numeric", maxLength: 2 }}
          mistakes={errors}
        />
        <Submit busy={busy} label={t("series.look")} busyLabel={t("series.looking")} />
      </form>
      {times && <Book times={times} again={look} book={book} />}
    </details>
  );
}

/** The alternative that is nearest to a time that is not free; an empty text where there is none. */
function nearest({ starts_at, alternatives }: Time): Instant {
  const distance = (at: Instant): number => Math.abs(Date.parse(at) - Date.parse(starts_at));
  return alternatives.toSorted((one, other) => distance(one) - distance(other))[0] ?? "";
}

interface BookProps extends Pick<Props, "book"> {
  times: readonly Time[];
  again: () => Promise<Mistake[]>;
}

function Book({ times, again, book }: BookProps) {
  const [chosen, setChosen] = useState<Readonly<Record<Instant, Instant>>>({});
  const takes = (time: Time): Instant => chosen[time.starts_at] ?? (time.free ? time.starts_at : nearest(time));
  const starts = [...new Set(times.map(takes).filter(Boolean))];
  const act = async (): Promise<Mistake[]> => {
    const booked = await book(starts);
    if (booked.ok) return [];
    if (booked.problem.code === "series_not_free") await again();
    return mistakes(booked.problem, booked.retryAfter, []);
  };
  const { busy, errors, submit } = useForm(
    () => (starts.length > 0 ? [] : [{ field: null, message: t("series.wrong.none") }]),
    act,
  );
  return (
    <form noValidate onSubmit={submit} class="form-width section">
      <ErrorSummary mistakes={errors} />
      {times.map((time, n) => (
        <Select
          key={time.starts_at}
          id={`series-${n}`}
          label={longWhen(time.starts_at)}
          hint={t(time.free ? "series.free" : "series.not_free")}
          choices={[
            ...[...(time.free ? [time.starts_at] : []), ...time.alternatives].map((at) => ({
              value: at,
              text: longWhen(at),
            })),
            { value: "", text: t("series.leave_out") },
          ]}
          value={takes(time)}
          onValue={(at) => setChosen({ ...chosen, [time.starts_at]: at })}
        />
      ))}
      <Submit busy={busy} label={plural("series.book", starts.length)} busyLabel={t("series.booking")} />
    </form>
  );
}
