/** Takes a doctor out of booking or puts them back, and lists the visits that stay booked. */
import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas, unchanged } from "../../../api/client";
import { type Arrangement, isOpen } from "../../../lib/desk/arrangements";
import { type Mistake, mistakes, useForm } from "../../../lib/forms/form";
import { plural, t } from "../../../lib/i18n/i18n";
import { type Loaded, useLoad } from "../../../lib/loading/query";
import { dayOf, longDay, when } from "../../../lib/time/time";
import { AskDialog } from "../../../ui/AskDialog";
import { ErrorSummary } from "../../../ui/forms/ErrorSummary";
import { Submit } from "../../../ui/forms/Submit";
import { Ready } from "../../../ui/Ready";
import { loadDoctor } from "./load-doctor";

type Doctor = Schemas["Doctor"];
type Visits = Loaded<Schemas["Arrangements"]>;
interface Props {
  doctor: Doctor;
  put: (doctor: Doctor) => void;
}

export function BookingState({ doctor, put }: Props) {
  const [confirming, setConfirming] = useState(false);
  const [message, setMessage] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const query = { doctor_id: doctor.id, limit: 100 };
  const visits = useLoad(() => outcome(api.GET("/api/admin/appointments", { params: { query } })), [doctor.id]);
  const taken = (now: Doctor): void => {
    put(now);
    setConfirming(false);
    setMessage(true);
    // the button that opened the dialog is gone, so focus goes to the heading
    requestAnimationFrame(() => heading.current?.focus());
  };
  return (
    <section class="card" aria-labelledby="booking-state">
      <h2 id="booking-state" tabIndex={-1} ref={heading}>
        {t("booking_state.title")}
      </h2>
      <p role="status">{t(doctor.active ? "booking_state.active" : "booking_state.inactive")}</p>
      <Ready of={visits}>
        {({ items, next_cursor }) => <Future visits={open(items)} more={next_cursor !== null} />}
      </Ready>
      <p class="row">
        <a href={`/desk/appointments?doctor_id=${doctor.id}`}>{t("booking_state.visits.all")}</a>
      </p>
      {doctor.active && (
        <button type="button" class="button quiet" onClick={() => setConfirming(true)}>
          {t("booking_state.deactivate")}
        </button>
      )}
      {!doctor.active && <Activate send={() => change({ doctor, put }, true, taken)} />}
      {message && <p class="unseen">{t("booking_state.changed")}</p>}
      {confirming && (
        <Ask doctor={doctor} visits={visits} put={put} onDone={taken} onClose={() => setConfirming(false)} />
      )}
    </section>
  );
}

interface AskProps extends Props {
  visits: Visits;
  onDone: (doctor: Doctor) => void;
  onClose: () => void;
}

function Ask({ doctor, visits, put, onDone, onClose }: AskProps) {
  const booked = open(visits.data?.items ?? []);
  const first = booked[0];
  return (
    <AskDialog
      title={t("booking_state.ask", { name: doctor.full_name })}
      keep={t("booking_state.keep")}
      act={t("booking_state.deactivate")}
      busy={t("booking_state.changing")}
      danger
      onClose={onClose}
      send={() => change({ doctor, put }, false, onDone)}
    >
      <p>{t("booking_state.ask.about")}</p>
      <Ready of={visits}>
        {({ items, next_cursor }) => <Future visits={open(items)} more={next_cursor !== null} listed />}
      </Ready>
      {first && (
        <p>
          <a href={`/desk/appointments/reassign?doctor_id=${doctor.id}&day=${dayOf(first.starts_at)}`}>
            {t("booking_state.reassign", { day: longDay(dayOf(first.starts_at)) })}
          </a>
        </p>
      )}
    </AskDialog>
  );
}

function Future({ visits, more, listed = false }: { visits: readonly Arrangement[]; more: boolean; listed?: boolean }) {
  if (visits.length === 0) return <p>{t("booking_state.visits.none")}</p>;
  return (
    <>
      <p>{plural(more ? "booking_state.visits.first" : "booking_state.visits", visits.length)}</p>
      {listed && (
        <ul class="future-visits">
          {visits.map(({ id, starts_at, patient }) => (
            <li key={id}>
              <b>{when(starts_at)}</b> {patient.full_name}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Activate({ send }: { send: () => Promise<Mistake[]> }) {
  const { busy, errors, submit } = useForm(() => [], send);
  return (
    <>
      <ErrorSummary mistakes={errors} />
      <form noValidate class="row" onSubmit={submit}>
        <Submit id="activate" busy={busy} label={t("booking_state.activate")} busyLabel={t("booking_state.changing")} />
      </form>
    </>
  );
}

async function change({ doctor, put }: Props, active: boolean, onDone: Props["put"]): Promise<Mistake[]> {
  const { full_name, specialty, bio, languages, phone, room, booking } = doctor;
  if (specialty === null) return [{ field: null, message: t("booking_state.no_profile") }];
  const body = { full_name, specialty, bio, languages, phone, room, booking, active };
  const params = { path: { doctor_id: doctor.id }, header: unchanged(doctor) };
  const done = await outcome(api.PUT("/api/admin/doctors/{doctor_id}", { params, body }));
  if (done.ok) onDone(done.data);
  if (done.ok) return [];
  const now = done.problem.code === "stale" ? await loadDoctor(doctor.id) : null;
  if (now?.ok) put(now.data);
  return now ? [{ field: null, message: t("staff_doctor.stale") }] : mistakes(done.problem, done.retryAfter, []);
}

function open(visits: readonly Arrangement[]): Arrangement[] {
  return visits.filter(isOpen);
}
