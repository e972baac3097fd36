/** Books several visits from the chosen time on, after a look at which times are free. */
import { useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../../api/client";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { go } from "../../../lib/routing/router";
import { dayOf, type Instant, longWhen } from "../../../lib/time/time";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { Submit } from "../../../ui/forms/Submit";

interface Props {
  start: Instant;
  patient: number;
  doctor: number;
  type: number | null;
  reason: string;
}
type Time = Schemas["SeriesTime"];
type Every = Schemas["Every"];

/** Keyed by time and doctor, so that each starts fresh. */
export function Series({ start, patient, doctor, type, reason }: Props) {
  const [every, setEvery] = useState<Every>("week");
  const [count, setCount] = useState("6");
  const [times, setTimes] = useState<readonly Time[] | null>(null);
  const look = async (): Promise<Mistake[]> => {
    const people = { patient_id: patient, doctor_id: doctor, ...(type && { visit_type_id: type }) };
    const query = { ...people, starts_at: start, every, count: Number(count) };
    const found = await outcome(api.GET("/api/reception/series-times", { params: { query } }));
    if (!found.ok) return mistakes(found.problem, found.retryAfter, ["count"]);
    setTimes(found.data.items);
    return [];
  };
  const isCount = /^\s*\d{1,2}\s*$/.test(count) && +count >= 2 && +count <= 20;
  const wrong = (): Mistake[] => (isCount ? [] : [{ field: "count", message: t("series.wrong.count") }]);
  const { busy, errors, submit } = useForm(wrong, look);
  return (
    <details class="section">
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
      {times && <Book times={times} again={look} patient={patient} doctor={doctor} type={type} reason={reason} />}
    </details>
  );
}

/** The alternative that is nearest to a time that is not free; an empty text where there is none. */
function nearest({ starts_at, alternatives }: Time): Instant {
  const distance = (at: Instant): number => Math.abs(Date.parse(at) - Date.parse(starts_at));
  return alternatives.toSorted((one, other) => distance(one) - distance(other))[0] ?? "";
}

interface BookProps extends Omit<Props, "start"> {
  times: readonly Time[];
  again: () => Promise<Mistake[]>;
}

function Book({ times, again, patient, doctor, type, reason }: BookProps) {
  const [chosen, setChosen] = useState<Readonly<Record<Instant, Instant>>>({});
  const takes = (time: Time): Instant => chosen[time.starts_at] ?? (time.free ? time.starts_at : nearest(time));
  const starts = [...new Set(times.map(takes).filter(Boolean))];
  const act = async (): Promise<Mistake[]> => {
    const words = { ...(reason.trim() && { reason: reason.trim() }), ...(type && { visit_type_id: type }) };
    const body = { patient_id: patient, doctor_id: doctor, starts, ...words };
    const booked = await outcome(api.POST("/api/reception/series", { body }));
    if (booked.ok) {
      const day = dayOf(booked.data.items[0]?.starts_at ?? "");
      go(`/desk/appointments?${new URLSearchParams({ doctor_id: String(doctor), day })}`, { say: "arranged_booked" });
      return [];
    }
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
