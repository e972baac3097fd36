/** Reassigns a doctor's visits of a day (`?doctor_id=&day=`) to another doctor (`&to=`), after a preview. */
import { api, type Outcome, outcome, type Schemas } from "../../../api/client";
import { type Arrangement, isOpen } from "../../../lib/desk/arrangements";
import { t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDeskDoctor, everyVisit, idOf } from "../../../lib/loading/all-pages";
import { useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { isDay, longDay, today } from "../../../lib/time/time";
import { Empty } from "../../../ui/Empty";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { Ready } from "../../../ui/Ready";
import { Plan } from "./reassign-plan";
import "../../../style/portals/admin.css";

/** Days to search, because the day itself may be full. */
const DAYS = 14;
type Doctor = Schemas["DeskDoctor"];

export default function Reassign({ query }: OwnProps) {
  const requested = query.get("day");
  const day = isDay(requested) ? requested : today();
  const [from, to] = [idOf(query.get("doctor_id")), idOf(query.get("to"))];
  const doctors = useLoad(() => everyDeskDoctor(), []);
  const back = { href: `/desk/appointments?day=${day}`, text: t("phone_booking.back") };
  return (
    <Page title={t("reassign.title")} lead={t("reassign.lead")} back={back}>
      <Ready of={doctors}>
        {(all) => (
          <>
            <Choose doctors={all} from={from} to={to} day={day} />
            {from === null ? (
              <p class="muted">{t("reassign.begin")}</p>
            ) : (
              <Visits key={`${from} ${to} ${day}`} from={from} to={to} day={day} doctors={all} />
            )}
          </>
        )}
      </Ready>
    </Page>
  );
}

interface Props {
  doctors: readonly Doctor[];
  from: number | null;
  to: number | null;
  day: string;
}

function Choose({ doctors, from, to, day }: Props) {
  const put = (change: Parameters<typeof withQuery>[0]): void => go(withQuery(change), { replace: true });
  const substitutes = doctors.filter(({ id, bookable }) => bookable && id !== from);
  const none = { value: "", text: t("phone_booking.choose_doctor") };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <Select
        id="doctor_id"
        label={t("reassign.from")}
        choices={[none, ...doctorChoices(doctors)]}
        value={String(from ?? "")}
        onValue={(doctor_id) => put({ doctor_id, ...(doctor_id === String(to) && { to: null }) })}
      />
      <Field
        id="day"
        type="date"
        label={t("reassign.day")}
        value={day}
        onValue={(typed) => isDay(typed) && put({ day: typed })}
        input={{ min: today(), max: "2099-12-31" }}
      />
      <Select
        id="to"
        label={t("reassign.to")}
        choices={[none, ...doctorChoices(substitutes)]}
        value={String(to ?? "")}
        onValue={(chosen) => put({ to: chosen })}
      />
    </form>
  );
}

function Visits({ from, to, day, doctors }: Props & { from: number }) {
  const found = useLoad(() => both(from, to, day), [from, to, day]);
  const [ill, substitute] = [from, to].map((one) => doctors.find(({ id }) => id === one));
  const none = (
    <Empty>
      <p>{t("reassign.none", { doctor: ill?.full_name ?? "", day: longDay(day) })}</p>
    </Empty>
  );
  return (
    <Ready of={found} empty={none} isEmpty={({ visits }) => visits.length === 0}>
      {({ visits, free }) => <Plan visits={visits} free={free} substitute={substitute ?? null} day={day} />}
    </Ready>
  );
}

interface Taken {
  visits: Arrangement[];
  free: Schemas["Slot"][];
}

/** The movable visits, and the substitute's free times. */
async function both(from: number, to: number | null, day: string): Promise<Outcome<Taken>> {
  const params = { path: { doctor_id: to ?? 0 }, query: { start: day, days: DAYS } };
  const [visits, slots] = await Promise.all([
    everyVisit(from, day),
    to === null ? null : outcome(api.GET("/api/doctors/{doctor_id}/slots", { params })),
  ]);
  if (!visits.ok) return visits;
  if (slots?.ok === false) return slots;
  return { ok: true, data: { visits: visits.data.filter(isOpen), free: slots?.data.items ?? [] } };
}
