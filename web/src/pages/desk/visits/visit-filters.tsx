/** The filters of the list of visits, kept in the address. */
import { useEffect, useState } from "preact/hooks";
import { STATUSES, type VisitQuery } from "../../../lib/desk/arrangements";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDeskDoctor } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import { go, withQuery } from "../../../lib/routing/router";
import { addDays, type Day, isDay, today } from "../../../lib/time/time";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { Tabs } from "../../../ui/Tabs";

export function VisitFilters({ wanted }: { wanted: VisitQuery }) {
  const first = wanted.day ?? wanted.from ?? "";
  const last = wanted.day ?? wanted.to ?? "";
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  useEffect(() => {
    setFrom(first);
    setTo(last);
  }, [first, last]);
  const doctors = useLoad(() => everyDeskDoctor(), []);
  const search = (event: Event): void => {
    event.preventDefault();
    go(withQuery(days(from, to)), { replace: true });
  };
  const date = { type: "date", input: { min: "2000-01-01", max: "2099-12-31" } } as const;
  return (
    <search>
      <Tabs label={t("arrangements.days")} tabs={tabs(wanted)} />
      <form class="filters" noValidate onSubmit={search}>
        <Select
          id="doctor_id"
          label={t("arrangements.doctor")}
          choices={[{ value: "", text: t("arrangements.doctor.any") }, ...doctorChoices(doctors.data ?? [])]}
          value={String(wanted.doctor_id ?? "")}
          onValue={(doctor_id) => go(withQuery({ doctor_id }), { replace: true })}
        />
        <Select
          id="status"
          label={t("arrangements.status")}
          choices={[
            { value: "", text: t("arrangements.status.any") },
            ...STATUSES.map((value) => ({ value, text: t(`appointment.${value}`) })),
          ]}
          value={wanted.status ?? ""}
          onValue={(status) => go(withQuery({ status }), { replace: true })}
        />
        <Field {...date} id="from" label={t("arrangements.from")} value={from} onValue={setFrom} />
        <Field {...date} id="to" label={t("arrangements.to")} value={to} onValue={setTo} />
        <button type="submit" class="button quiet">
          {t("arrangements.show")}
        </button>
      </form>
    </search>
  );
}

function tabs({ day, from, to }: VisitQuery) {
  const now = today();
  const tab = (text: string, wanted: Day | null) => ({
    text,
    href: withQuery({ day: wanted, from: null, to: null }),
    current: wanted === day && from === null && to === null,
  });
  return [
    tab(t("arrangements.upcoming"), null),
    tab(t("arrangements.today"), now),
    tab(t("arrangements.tomorrow"), addDays(now, 1)),
  ];
}

/** A single day is written as `day` in the address. */
function days(from: string, to: string): Record<"day" | "from" | "to", string | null> {
  const [first, last] = [isDay(from) ? from : null, isDay(to) ? to : null];
  if (first !== null && first === last) return { day: first, from: null, to: null };
  return { day: null, from: first, to: last };
}
