/** Moves a visit to another time, doctor or both; the old time is kept until the new one is booked. */
import { api, type Config, outcome } from "../../../api/client";
import { type Arrangement, isOpen, rearrange } from "../../../lib/desk/arrangements";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDeskDoctor, idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import { go, withQuery } from "../../../lib/routing/router";
import { dayOf, type Instant, longWhen } from "../../../lib/time/time";
import { Details } from "../../../ui/Details";
import { Empty } from "../../../ui/Empty";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { AnyTime } from "./any-time";
import { ChosenTime } from "./chosen-time";
import { FreeTimes, startOf } from "./free-times";

interface Props {
  id: number;
  query: URLSearchParams;
  config: Config;
}

export function MoveVisit({ id, query, config }: Props) {
  const patient_id = idOf(query.get("patient_id"));
  const day = query.get("day");
  const found = useLoad(() => {
    const apiQuery = { limit: 100, ...(patient_id && { patient_id }), ...(day && { day }) };
    return outcome(api.GET("/api/admin/appointments", { params: { query: apiQuery } }));
  }, [patient_id, day]);
  const open = (items: readonly Arrangement[]) => items.find((one) => one.id === id && isOpen(one));
  const back = day ? `/desk/appointments?day=${day}` : "/desk/appointments";
  const gone = (
    <Empty>
      <p>{t("move_visit.gone")}</p>
      <a class="button quiet" href={back}>
        {t("move_visit.back")}
      </a>
    </Empty>
  );
  return (
    <Page title={t("move_visit.title")} back={{ href: back, text: t("move_visit.back") }}>
      <Ready of={found} empty={gone} isEmpty={({ items }) => !open(items)}>
        {({ items }) => {
          const visit = open(items);
          return visit && <Move visit={visit} query={query} config={config} again={found.again} />;
        }}
      </Ready>
    </Page>
  );
}

interface MoveProps {
  visit: Arrangement;
  query: URLSearchParams;
  config: Config;
  again: () => void;
}

function Move({ visit, query, config, again }: MoveProps) {
  const doctors = useLoad(() => everyDeskDoctor(true), []);
  const chosen = idOf(query.get("to_doctor"));
  // former doctors are not offered; colleagues come first
  const doctor_id = chosen ?? (visit.doctor.bookable ? visit.doctor.id : null);
  const start = startOf(query);
  const name = doctors.data?.find(({ id }) => id === doctor_id)?.full_name ?? visit.doctor.full_name;
  const isColleague = ({ specialty }: { specialty: string | null }): boolean => specialty === visit.doctor.specialty;
  const all = doctors.data ?? [];
  const others = doctorChoices(
    visit.doctor.bookable ? all : [...all.filter(isColleague), ...all.filter((one) => !isColleague(one))],
  );
  const own = visit.doctor.bookable
    ? { value: String(visit.doctor.id), text: visit.doctor.full_name }
    : { value: "", text: t("move_visit.choose") };
  const act = async (starts_at: Instant, overbook: string | null) => {
    const moved = await rearrange(visit, { starts_at, doctor_id, ...(overbook && { overbook }) });
    if (moved.ok) {
      const query = new URLSearchParams({ doctor_id: String(doctor_id), day: dayOf(moved.data.starts_at) });
      go(`/desk/appointments?${query}`, { say: "arranged_moved" });
      return null;
    }
    if (moved.problem.code === "stale" || moved.problem.code === "illegal_transition") again();
    return moved;
  };
  return (
    <>
      <div class="card">
        <Details
          of={[
            [t("arrangements.patient"), visit.patient.full_name],
            [t("move_visit.now"), longWhen(visit.starts_at)],
            [t("arrangements.doctor"), visit.doctor.full_name],
          ]}
        />
      </div>
      {!visit.doctor.bookable && (
        <div class="warning section">
          <p>
            <b>{t("move_visit.left", { doctor: visit.doctor.full_name })}</b>
          </p>
          <p>{t("move_visit.left.about")}</p>
        </div>
      )}
      {start && doctor_id && (
        <ChosenTime
          key={`${start} ${doctor_id}`}
          start={start}
          about={t("arrangements.with", { patient: visit.patient.full_name, doctor: name })}
          label={t("move_visit.submit")}
          busyLabel={t("move_visit.busy")}
          act={act}
          stale={t("arrangements.stale")}
        />
      )}
      <div class="form-width section">
        <Select
          id="to_doctor"
          label={t("move_visit.doctor")}
          choices={others.some(({ value }) => value === own.value) ? others : [own, ...others]}
          value={String(doctor_id ?? "")}
          onValue={(to_doctor) => go(withQuery({ to_doctor, start: null }), { replace: true })}
        />
      </div>
      {doctor_id && (
        <>
          <FreeTimes
            type={visit.visit_type?.id ?? null}
            title={t("move_visit.times", { doctor: name })}
            doctor={doctor_id}
            query={query}
            config={config}
          />
          <AnyTime act={act} />
        </>
      )}
    </>
  );
}
