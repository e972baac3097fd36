/** The parts of the overview: figures, visits by day as bars, visits by doctor as a table. */
import type { Schemas } from "../../../api/client";
import type { Tone } from "../../../lib/clinical/tone";
import { STATUSES, type Status } from "../../../lib/desk/arrangements";
import { plural, t } from "../../../lib/i18n/i18n";
import { numeral } from "../../../lib/i18n/numbers";
import { type Day, locale, shortDay } from "../../../lib/time/time";
import { Bars } from "../../../ui/charts/Bars";
import { Figure } from "../../../ui/charts/Figure";
import { Empty } from "../../../ui/Empty";
import { Table } from "../../../ui/Table";
import { save } from "../csv";

type Stats = Schemas["Stats"];

const TONES: Readonly<Record<Exclude<Status, "offered" | "lapsed">, Tone>> = {
  booked: "booked",
  confirmed: "confirmed",
  arrived: "arrived",
  in_progress: "critical",
  completed: "completed",
  no_show: "no-show",
  cancelled: "cancelled",
};

export function Today({ of, day }: { of: Stats; day: Day }) {
  const { by_status: counts } = of;
  return (
    <>
      <dl class="figures">
        <Figure label={t("overview.visits")} value={of.appointments}>
          <a href={`/desk/appointments?day=${day}`}>{t("overview.visits.show")}</a>
        </Figure>
        <Figure label={t("appointment.arrived")} value={counts.arrived ?? 0} />
        <Figure label={t("appointment.completed")} value={counts.completed ?? 0} />
        <Figure label={t("appointment.no_show")} value={counts.no_show ?? 0} />
        <Figure label={t("appointment.cancelled")} value={counts.cancelled ?? 0} />
        <Figure label={t("overview.waiting")} value={of.waiting_results}>
          {t("overview.waiting.note")}
        </Figure>
      </dl>
      <p class="house muted">
        {plural("overview.doctors", of.doctors)} {plural("overview.patients", of.patients)}
      </p>
    </>
  );
}

export function Period({ of }: { of: Stats }) {
  const { no_show_rate: missed, utilisation, waiting_minutes: waited, lab_turnaround_hours: hours } = of;
  return (
    <dl class="figures">
      <Figure label={t("overview.visits")} value={of.appointments} />
      <Figure label={t("overview.no_show_rate")} value={share(missed)}>
        {t(missed === null ? "overview.no_show_rate.none" : "overview.no_show_rate.note")}
      </Figure>
      <Figure label={t("overview.utilisation")} value={share(utilisation)}>
        {t(utilisation === null ? "overview.utilisation.none" : "overview.utilisation.note")}
        {of.utilisation_estimated && <span> {t("overview.utilisation.estimated")}</span>}
      </Figure>
      <Figure
        label={t("overview.waited")}
        value={waited === null ? "–" : t("overview.minutes", { minutes: numeral(Math.round(waited)) })}
      >
        {t(waited === null ? "overview.waited.none" : "overview.waited.note")}
      </Figure>
      <Figure label={t("overview.new_patients")} value={of.new_patients} />
      <Figure label={t("overview.lab_bookings")} value={of.lab_bookings} />
      <Figure
        label={t("overview.turnaround")}
        value={hours === null ? "–" : t("overview.hours", { hours: numeral(Math.round(hours * 10) / 10) })}
      >
        {t(hours === null ? "overview.turnaround.none" : "overview.turnaround.note")}
      </Figure>
    </dl>
  );
}

export function ByDay({ of }: { of: Stats }) {
  const there = STATUSES.filter((status) => (of.by_status[status] ?? 0) > 0);
  const bars = of.by_day.map(({ day, total, by_status }) => ({
    label: shortDay(day),
    total,
    parts: there.map((key) => ({
      key,
      label: t(`appointment.${key}`),
      tone: TONES[key],
      count: by_status[key] ?? 0,
    })),
  }));
  const rows = [
    [t("chart.label"), ...there.map((status) => t(`appointment.${status}`)), t("chart.total")],
    ...of.by_day.map(({ day, total, by_status }) => [day, ...there.map((status) => by_status[status] ?? 0), total]),
  ];
  return (
    <div>
      <Bars caption={t("overview.by_day")} items={bars} />
      <Download name={`visits-by-day-${of.from_day}-${of.to_day}.csv`} label={t("overview.by_day.csv")} rows={rows} />
    </div>
  );
}

export function ByDoctor({ of }: { of: Stats }) {
  const columns = [
    {
      head: t("overview.doctor"),
      cell: ({ doctor }: Row) => <a href={`/admin/doctors/${doctor.id}`}>{doctor.full_name}</a>,
    },
    { head: t("overview.visits"), number: true, cell: (row: Row) => numeral(row.appointments) },
    { head: t("appointment.completed"), number: true, cell: (row: Row) => numeral(row.completed) },
    { head: t("appointment.no_show"), number: true, cell: (row: Row) => numeral(row.no_shows) },
  ];
  const rows = [
    columns.map(({ head }) => head),
    ...of.by_doctor.map((row) => [row.doctor.full_name, row.appointments, row.completed, row.no_shows]),
  ];
  return (
    <section aria-labelledby="by-doctor" class="dense">
      <h3 id="by-doctor">{t("overview.by_doctor")}</h3>
      {of.by_doctor.length === 0 && (
        <Empty>
          <p>{t("overview.by_doctor.none")}</p>
        </Empty>
      )}
      {of.by_doctor.length > 0 && (
        <>
          <Table
            caption={t("overview.by_doctor")}
            columns={columns}
            rows={of.by_doctor}
            rowKey={({ doctor }) => doctor.id}
          />
          <Download
            name={`visits-by-doctor-${of.from_day}-${of.to_day}.csv`}
            label={t("overview.by_doctor.csv")}
            rows={rows}
          />
        </>
      )}
    </section>
  );
}

type Row = Stats["by_doctor"][number];

interface DownloadProps {
  name: string;
  label: string;
  rows: readonly (readonly (string | number)[])[];
}

function Download({ name, label, rows }: DownloadProps) {
  return (
    <p class="more">
      <button type="button" class="button quiet small" onClick={() => save(name, rows)}>
        {label}
      </button>
    </p>
  );
}

function share(value: number | null): string {
  if (value === null) return "–";
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(value);
}
