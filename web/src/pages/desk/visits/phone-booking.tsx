/** Books for a calling patient: patient (`?patient_id=`), doctor (`&doctor_id=`), time (`&week=&start=`). */
import { useRef } from "preact/hooks";
import { api, type Config, outcome, type Schemas } from "../../../api/client";
import { rearrange } from "../../../lib/desk/arrangements";
import { useDraft } from "../../../lib/forms/draft";
import { agesText, isOtherAge } from "../../../lib/i18n/ages";
import { loadMessages, t } from "../../../lib/i18n/i18n";
import { doctorChoices, everyDeskDoctor, idOf } from "../../../lib/loading/all-pages";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import type { OwnProps } from "../../../lib/routing/page";
import { go, withQuery } from "../../../lib/routing/router";
import { dateOnly, dayOf, type Instant, today } from "../../../lib/time/time";
import { Field } from "../../../ui/forms/Field";
import { Select } from "../../../ui/forms/Select";
import { Page } from "../../../ui/frame/Page";
import { later } from "../../../ui/Later";
import { Ready } from "../../../ui/Ready";
import { Tel } from "../../../ui/Tel";
import { AnyTime } from "./any-time";
import { ChosenTime } from "./chosen-time";
import { FindPatient } from "./find-patient";
import { FreeTimes, startOf } from "./free-times";
import { NextTimes } from "./next-times";
import "../../../style/portals/admin.css";

// few visits are booked in a series
const Series = later(async () => ({
  default: (await Promise.all([import("./book-series"), loadMessages("series")]))[0].BookSeries,
}));

type Patient = Schemas["DeskPatient"];

export default function PhoneBooking({ query, config }: OwnProps) {
  const patient = idOf(query.get("patient_id"));
  const back = { href: "/desk/appointments", text: t("phone_booking.back") };
  return (
    <Page title={t("phone_booking.title")} lead={t("phone_booking.lead")} back={back}>
      {patient === null && <FindPatient query={query} />}
      {patient !== null && <ForPatient id={patient} query={query} config={config} />}
    </Page>
  );
}

interface Props {
  query: URLSearchParams;
  config: Config;
}

function ForPatient({ id, query, config }: Props & { id: number }) {
  const params = { path: { patient_id: id } };
  const patient = useLoad(() => outcome(api.GET("/api/reception/patients/{patient_id}", { params })), [id]);
  const doctors = useLoad(() => everyDeskDoctor(true), []);
  const another = withQuery({ patient_id: null, start: null });
  return (
    <Ready of={patient}>
      {(found) => (
        <>
          <section class="card row between" aria-labelledby="caller">
            <div>
              <h2 id="caller">{found.full_name}</h2>
              <p class="row small muted">
                {found.date_of_birth && <span>{t("patient.born", { date: dateOnly(found.date_of_birth) })}</span>}
                {found.phone && <Tel number={found.phone} />}
                {found.email && <span>{found.email}</span>}
                <span>{found.reference}</span>
              </p>
            </div>
            <a href={another}>{t("phone_booking.another_patient")}</a>
          </section>
          {found.active && <Times patient={found} doctors={doctors} query={query} config={config} />}
          {!found.active && <p class="warning more">{t("phone_booking.no_patient")}</p>}
        </>
      )}
    </Ready>
  );
}

interface TimesProps extends Props {
  patient: Patient;
  doctors: Loaded<Schemas["DeskDoctor"][]>;
}

function Times({ patient, doctors, query, config }: TimesProps) {
  const doctor_id = idOf(query.get("doctor_id"));
  const start = startOf(query);
  const reason = useDraft(`phone-booking.${patient.id}`, "");
  const isHere = useRef(false);
  const bookable = (doctors.data ?? []).filter(({ bookable }) => bookable);
  const doctor = bookable.find(({ id }) => id === doctor_id);
  const name = doctor?.full_name ?? "";
  const ages = doctor?.ages ?? null;
  const otherAge = isOtherAge(ages, patient.date_of_birth, start ? dayOf(start) : today());
  const act = async (starts_at: Instant, overbook: string | null) => {
    const arrived = isHere.current;
    isHere.current = false;
    if (doctor_id === null) return null;
    const words = { ...(reason.value.trim() && { reason: reason.value.trim() }), ...(overbook && { overbook }) };
    const body = { patient_id: patient.id, doctor_id, starts_at, visit_type_id: idOf(query.get("type")), ...words };
    const booked = await outcome(api.POST("/api/admin/appointments", { body }));
    if (!booked.ok) return booked;
    reason.drop();
    // the list shows the status if this fails
    if (arrived) await rearrange(booked.data, { status: "arrived" });
    const there = new URLSearchParams({ doctor_id: String(doctor_id), day: dayOf(booked.data.starts_at) });
    go(`/desk/appointments?${there}`, { say: "arranged_booked" });
    return null;
  };
  return (
    <Ready of={doctors}>
      {() => (
        <>
          {ages && otherAge && (
            <p class="warning">{t("phone_booking.other_age", { doctor: name, ages: agesText(ages) })}</p>
          )}
          {doctor_id !== null && start !== null && (
            <ChosenTime
              key={`${start} ${doctor_id}`}
              start={start}
              about={t("arrangements.with", { patient: patient.full_name, doctor: name })}
              label={t("phone_booking.submit")}
              busyLabel={t("phone_booking.busy")}
              act={act}
              stale={t("arrangements.stale")}
              buttons={dayOf(start) === today() && <Here onPress={() => (isHere.current = true)} />}
            >
              <Field
                id="reason"
                label={t("phone_booking.reason")}
                hint={t("phone_booking.reason.hint")}
                optional
                input={{ maxLength: 500 }}
                value={reason.value}
                onValue={reason.set}
              />
            </ChosenTime>
          )}
          {doctor_id !== null && start !== null && (
            <Series
              key={`series ${start} ${doctor_id}`}
              start={start}
              patient={patient.id}
              doctor={doctor_id}
              type={idOf(query.get("type"))}
              reason={reason.value}
            />
          )}
          {doctor_id === null && <NextTimes />}
          <div class="form-width section">
            <Select
              id="doctor"
              label={t("arrangements.doctor")}
              choices={[{ value: "", text: t("phone_booking.choose_doctor") }, ...doctorChoices(bookable)]}
              value={String(doctor_id ?? "")}
              onValue={(chosen) => go(withQuery({ doctor_id: chosen, start: null, type: null }), { replace: true })}
            />
          </div>
          {doctor_id !== null && (
            <>
              <FreeTimes
                title={t("move_visit.times", { doctor: name })}
                doctor={doctor_id}
                query={query}
                config={config}
              />
              <AnyTime act={act} />
            </>
          )}
        </>
      )}
    </Ready>
  );
}

/** Books for a patient at the desk, and sets the visit to arrived. */
function Here({ onPress }: { onPress: () => void }) {
  return (
    <button type="submit" class="button quiet" onClick={onPress}>
      {t("phone_booking.here")}
    </button>
  );
}
